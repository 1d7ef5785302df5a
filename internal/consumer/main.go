// Consumer is a user's program: a module of its own, which uses the SDK from outside
// and prints which modules it brings into a build. CI copies it into a folder outside
// the repository and builds it there.
package main

import (
	"context"
	"fmt"
	"log"
	"runtime/debug"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

func main() {
	server := ll2test.NewServer(ll2test.Recorded()...)
	events, err := ll2.Collect(server.Client().DockingEvents.All(context.Background(), ll2.PageSize(4)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(events), "events in", len(server.Requests()), "requests")

	info, ok := debug.ReadBuildInfo()
	if !ok {
		log.Fatal("no build information")
	}
	for _, module := range info.Deps {
		fmt.Println(module.Path)
	}
}
