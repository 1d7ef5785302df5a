module example.com/consumer

go 1.25.0

require github.com/docking-event/ll2 v0.0.0

require (
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.8 // indirect
	golang.org/x/time v0.15.0 // indirect
)

replace github.com/docking-event/ll2 => ../..
