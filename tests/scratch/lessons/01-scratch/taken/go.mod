module buoy

go 1.24
