module git.example/harbour/ferry

go 1.25
