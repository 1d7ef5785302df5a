package ll2

import (
	"fmt"
	"time"

	"github.com/docking-event/ll2/internal/body"
	"github.com/docking-event/ll2/internal/jsonscan"
)

// MarshalJSON encodes the page as the service writes it.
func (p Page[T]) MarshalJSON() ([]byte, error) {
	return body.Page[T]{Count: p.Count, Next: p.Next, Previous: p.Previous, Results: p.Results}.Encode()
}

func newPage[T any](p body.Page[T]) Page[T] {
	return Page[T]{Count: p.Count, Next: p.Next, Previous: p.Previous, Results: p.Results}
}

// UnmarshalJSON decodes a page of the service.
func (p *Page[T]) UnmarshalJSON(data []byte) error {
	page, err := body.DecodePage[T](data, 0)
	if err != nil {
		return fmt.Errorf("ll2: %w", err)
	}
	*p = newPage(page)
	return nil
}

// blocks hold what the pointers of one event point to, beside the blocks of the
// scanner.
type blocks struct {
	durations jsonscan.Block[Duration]
	agencies  jsonscan.Block[Agency]
}

func (b *blocks) duration(s *jsonscan.Scanner, field **Duration) {
	if d := jsonscan.Pointer(s, field, &b.durations); d != nil {
		s.Unmarshal(d)
	}
}

// ScanJSON reads the event faster than encoding/json does. It is for this
// module's own use.
func (e *DockingEvent) ScanJSON(s *jsonscan.Scanner) {
	// What an event in the normal shape needs, in one allocation.
	first := new(struct {
		texts     [5]string
		ints      [2]int
		times     [2]time.Time
		durations [2]Duration
		agencies  [1]Agency
	})
	s.Use(jsonscan.Blocks{Texts: first.texts[:], Ints: first.ints[:], Times: first.times[:]})
	e.scan(s, &blocks{durations: first.durations[:], agencies: first.agencies[:]})
}

func (e *DockingEvent) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&e.ID)
		case "url":
			s.Text(&e.URL)
		case "launch_id":
			s.TextPointer(&e.LaunchID)
		case "docking":
			s.Time(&e.Docking)
		case "departure":
			s.TimePointer(&e.Departure)
		case "flight_vehicle":
			e.FlightVehicle.scan(s, b)
		case "docking_location":
			e.DockingLocation.scan(s)
		case "space_station":
			if t := jsonscan.Pointer(s, &e.SpaceStation, nil); t != nil {
				t.scan(s)
			}
		default:
			s.Unknown(key)
		}
	}
}

func (v *FlightVehicle) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&v.ID)
		case "url":
			s.Text(&v.URL)
		case "destination":
			s.TextPointer(&v.Destination)
		case "mission_end":
			s.TimePointer(&v.MissionEnd)
		case "spacecraft":
			v.Spacecraft.scan(s, b)
		default:
			s.Unknown(key)
		}
	}
}

func (c *Spacecraft) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&c.ID)
		case "url":
			s.Text(&c.URL)
		case "name":
			s.Text(&c.Name)
		case "serial_number":
			s.TextPointer(&c.SerialNumber)
		case "is_placeholder":
			s.Bool(&c.IsPlaceholder)
		case "in_space":
			s.Bool(&c.InSpace)
		case "time_in_space":
			b.duration(s, &c.TimeInSpace)
		case "time_docked":
			b.duration(s, &c.TimeDocked)
		case "flights_count":
			s.IntPointer(&c.FlightsCount)
		case "mission_ends_count":
			s.IntPointer(&c.MissionEndsCount)
		case "status":
			scanNamed(s, &c.Status.ID, &c.Status.Name)
		case "description":
			s.Text(&c.Description)
		case "spacecraft_config":
			c.SpacecraftConfig.scan(s, b)
		default:
			s.Unknown(key)
		}
	}
}

// scanNamed reads an object that is an id and a name.
func scanNamed(s *jsonscan.Scanner, id *int, name *string) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(id)
		case "name":
			s.Text(name)
		default:
			s.Unknown(key)
		}
	}
}

func (c *SpacecraftConfig) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&c.ID)
		case "url":
			s.Text(&c.URL)
		case "name":
			s.Text(&c.Name)
		case "type":
			scanNamed(s, &c.Type.ID, &c.Type.Name)
		case "agency":
			if a := jsonscan.Pointer(s, &c.Agency, &b.agencies); a != nil {
				a.scan(s)
			}
		case "in_use":
			s.Bool(&c.InUse)
		case "image_url":
			s.TextPointer(&c.ImageURL)
		case "capability":
			s.TextPointer(&c.Capability)
		case "history":
			s.TextPointer(&c.History)
		case "details":
			s.TextPointer(&c.Details)
		case "maiden_flight":
			if d := jsonscan.Pointer(s, &c.MaidenFlight, nil); d != nil {
				s.Unmarshal(d)
			}
		case "height":
			s.FloatPointer(&c.Height)
		case "diameter":
			s.FloatPointer(&c.Diameter)
		case "human_rated":
			s.BoolPointer(&c.HumanRated)
		case "crew_capacity":
			s.IntPointer(&c.CrewCapacity)
		case "payload_capacity":
			s.IntPointer(&c.PayloadCapacity)
		case "payload_return_capacity":
			s.IntPointer(&c.PayloadReturnCapacity)
		case "flight_life":
			s.TextPointer(&c.FlightLife)
		case "nation_url":
			s.TextPointer(&c.NationURL)
		case "wiki_link":
			s.TextPointer(&c.WikiLink)
		case "info_link":
			s.TextPointer(&c.InfoLink)
		default:
			s.Unknown(key)
		}
	}
}

func (a *Agency) scan(s *jsonscan.Scanner) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&a.ID)
		case "url":
			s.Text(&a.URL)
		case "name":
			s.Text(&a.Name)
		case "type":
			s.TextPointer(&a.Type)
		case "featured":
			s.BoolPointer(&a.Featured)
		case "country_code":
			s.TextPointer(&a.CountryCode)
		case "abbrev":
			s.TextPointer(&a.Abbrev)
		case "description":
			s.TextPointer(&a.Description)
		case "administrator":
			s.TextPointer(&a.Administrator)
		case "founding_year":
			s.TextPointer(&a.FoundingYear)
		case "launchers":
			s.TextPointer(&a.Launchers)
		case "spacecraft":
			s.TextPointer(&a.Spacecraft)
		case "parent":
			s.TextPointer(&a.Parent)
		case "image_url":
			s.TextPointer(&a.ImageURL)
		case "logo_url":
			s.TextPointer(&a.LogoURL)
		default:
			s.Unknown(key)
		}
	}
}

func (l *DockingLocation) scan(s *jsonscan.Scanner) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&l.ID)
		case "name":
			s.Text(&l.Name)
		case "spacestation":
			l.SpaceStation.scan(s)
		default:
			s.Unknown(key)
		}
	}
}

func (t *SpaceStation) scan(s *jsonscan.Scanner) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&t.ID)
		case "url":
			s.Text(&t.URL)
		case "name":
			s.Text(&t.Name)
		case "image_url":
			s.TextPointer(&t.ImageURL)
		default:
			s.Unknown(key)
		}
	}
}
