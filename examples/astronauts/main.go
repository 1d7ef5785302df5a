// Astronauts tells who is in space now, from another list of the service than the
// docking events: made-up people, or with -live and a token in LL2_TOKEN real ones.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll2test"
)

// An Astronaut has the fields that this program needs; others are ignored.
type Astronaut struct {
	ID          int           `json:"id"`
	Name        string        `json:"name"`
	TimeInSpace *ll2.Duration `json:"time_in_space"`
}

//go:embed testdata/astronauts.json
var madeUp json.RawMessage

func main() {
	log.SetFlags(0)
	log.SetPrefix("astronauts: ")
	live := flag.Bool("live", false, "ask the real service in place of made-up astronauts")
	flag.Parse()
	var opts []ll2.Option
	if token := os.Getenv("LL2_TOKEN"); token != "" {
		opts = append(opts, ll2.WithToken(token))
	}
	client, err := ll2.New(opts...)
	if err == nil && !*live {
		fmt.Println("Made-up astronauts, served in process; -live asks the real service.")
		server := ll2test.NewServer()
		client, err = server.Client(), server.SetRows("2.2.0/astronaut/", madeUp)
	}
	if err != nil {
		log.Fatal(err)
	}
	astronauts := ll2.NewResource(client, "2.2.0/astronaut/", func(a *Astronaut) int { return a.ID }, "in_space")
	for a, err := range astronauts.All(context.Background(), url.Values{"in_space": {"true"}}, ll2.PageSize(50)) {
		if errors.Is(err, ll2.ErrUnavailable) {
			log.Fatal("cannot reach the service; come back when there is a network: ", err)
		} else if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s has been in space for %.0f days\n", a.Name, ll2.Value(a.TimeInSpace).Hours()/24)
	}
}
