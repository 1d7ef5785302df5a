package cookbook_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/examples/cookbook"
	"github.com/docking-event/ll2/ll2test"
)

func ExamplePerYear() {
	server := ll2test.NewServer(ll2test.Events(515)...) // in a program: ll2.New()
	since := time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)
	years, err := cookbook.PerYear(context.Background(), server.Client().DockingEvents, ll2.DockedSince(since))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, year := range slices.Sorted(maps.Keys(years)) {
		fmt.Printf("%d %s %d\n", year, strings.Repeat("#", years[year]), years[year])
	}
	fmt.Println(len(server.Requests()), "requests")
	// Output:
	// 2020 ############### 15
	// 2021 ################# 17
	// 2022 ############### 15
	// 2023 ################# 17
	// 2024 ################## 18
	// 2025 ################### 19
	// 2 requests
}
