// Package bench_test measures decoding and walks. To measure a change, compare
// two runs with benchstat:
//
//	go test -run '^$' -bench . -count 10 ./test/bench
//
// The module in benchmarks/ compares this client with others.
package bench_test

import (
	"testing"

	"github.com/docking-event/ll2/test/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
