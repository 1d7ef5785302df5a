package mirror_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/docking-event/ll2/ll230"
	"github.com/docking-event/ll2/ll2test"
	"github.com/docking-event/ll2/mirror"
)

func ExampleOpen230() {
	server := ll2test.NewServer()
	server.SetEvents230(ll2test.Events230(555)...)
	client := server.Client() // in a program: ll2.New()
	m, err := mirror.Open230(client, mirror.Memory())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	ctx := context.Background()
	page, err := m.DockingEvents.List(ctx, ll230.ForStation(4), ll230.OrderBy(ll230.ByDocking.Desc()))
	if err != nil {
		fmt.Println(err)
		return
	}
	event := page.Results[0]
	fmt.Println(page.Count, "dockings, the latest by a", event.Chaser().Kind)
	// Output: 298 dockings, the latest by a flight vehicle
}

func ExampleHandler() {
	server := ll2test.NewServer(ll2test.Events(515)...)
	server.SetEvents230(ll2test.Events230(555)...)
	client, store := server.Client(), mirror.Memory() // one of each for both versions
	m, err := mirror.Open(client, store, mirror.AllowOrigins("*"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close()
	m230, err := mirror.Open230(client, store)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m230.Close()
	gateway := httptest.NewServer(mirror.Handler(m, m230)) // and m.Run and m230.Run, in a program
	defer gateway.Close()
	for _, path := range []string{"/2.2.0/docking_event/1/", "/2.3.0/docking_events/1/", "/healthz"} {
		resp, err := http.Get(gateway.URL + path)
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
		fmt.Println(path, resp.StatusCode)
	}
	// Output:
	// /2.2.0/docking_event/1/ 200
	// /2.3.0/docking_events/1/ 200
	// /healthz 200
}
