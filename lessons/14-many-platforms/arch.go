package main

import (
	"fmt"
	"os"
	"runtime"
)

// For the lesson on platforms: `harbour-clock arch` says which processor the program was compiled for.
func init() {
	if len(os.Args) == 2 && os.Args[1] == "arch" {
		fmt.Println(runtime.GOARCH)
		os.Exit(0)
	}
}
