module github.com/docking-event/ll2/examples/cookbook

go 1.25.0

require (
	github.com/alicebob/miniredis/v2 v2.40.0
	github.com/docking-event/ll2 v0.1.0
	github.com/docking-event/ll2/ll2redis v0.1.0
	github.com/ncruces/go-sqlite3 v0.34.4
	github.com/redis/go-redis/v9 v9.22.0
)

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/hashicorp/go-cleanhttp v0.5.2 // indirect
	github.com/hashicorp/go-retryablehttp v0.7.8 // indirect
	github.com/jarcoal/httpmock v1.4.2 // indirect
	github.com/ncruces/go-sqlite3-wasm/v2 v2.6.35302 // indirect
	github.com/ncruces/julianday v1.0.0 // indirect
	github.com/yuin/gopher-lua v1.1.1 // indirect
	go.uber.org/atomic v1.11.0 // indirect
	go.uber.org/goleak v1.3.0 // indirect
	golang.org/x/sys v0.45.0 // indirect
	golang.org/x/time v0.15.0 // indirect
)

// Nobody requires this module, so it always uses the ones beside it.
replace (
	github.com/docking-event/ll2 => ../../
	github.com/docking-event/ll2/ll2redis => ../../ll2redis
)
