variable "TAG" { default = "dev" }

group "default" {
  targets = ["test", "production"]
}

target "production" {
  target = "production"
  tags   = ["harbour-clock:${TAG}"]
}

target "debug" {
  target = "debug"
  tags   = ["harbour-clock:${TAG}-debug"]
}

target "test" {
  target = "test"
  output = ["type=cacheonly"]
}

target "development" {
  target = "development"
  tags   = ["harbour-clock:development"]
}
