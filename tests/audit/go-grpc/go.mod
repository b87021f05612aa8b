module git.example/harbour/vessels

go 1.25

require google.golang.org/grpc v1.77.0
