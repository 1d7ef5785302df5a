// Astronauts tells who is in space now: another list of the service than the
// docking events, with a struct of its own, within the same quota.
//
//	go run ./examples/astronauts        # made-up astronauts, in process
//	go run ./examples/astronauts -live  # the real service
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/url"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// An Astronaut has the fields that this program needs; others are ignored.
type Astronaut struct {
	ID          int           `json:"id"`
	Name        string        `json:"name"`
	TimeInSpace *ll2.Duration `json:"time_in_space"`
}

const endpoint = "2.2.0/astronaut/"

const demo = `[{"id": 1, "name": "Mira Okafor", "in_space": true, "time_in_space": "P213DT6H20M"},
	{"id": 2, "name": "Jonas Lindqvist", "in_space": false, "time_in_space": "P5DT12H"},
	{"id": 3, "name": "Tomoko Hayashi", "in_space": true, "time_in_space": "P868DT34M"},
	{"id": 4, "name": "Inés Quiroga", "in_space": true, "time_in_space": null}]`

func main() {
	log.SetFlags(0)
	live := flag.Bool("live", false, "ask the real service in place of made-up astronauts")
	flag.Parse()

	server := ll2test.NewServer()
	if err := server.SetRows(endpoint, json.RawMessage(demo)); err != nil {
		log.Fatal(err)
	}
	client, err := server.Client(), error(nil)
	if !*live {
		fmt.Println("Made-up astronauts, served in process; -live asks the real service.")
	} else {
		client, err = ll2.New(ll2.WithUserAgent("ll2-example-astronauts/1.0"))
	}
	if err != nil {
		log.Fatal(err)
	}
	astronauts := ll2.NewResource(client, endpoint, func(a *Astronaut) int { return a.ID }, "in_space")
	for a, err := range astronauts.All(context.Background(), url.Values{"in_space": {"true"}}, ll2.PageSize(50)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s has been in space for %.0f days\n", a.Name, ll2.Value(a.TimeInSpace).Hours()/24)
	}
}
