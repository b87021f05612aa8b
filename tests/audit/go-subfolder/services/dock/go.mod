module git.example/harbour/services/dock

go 1.25
