package ll230

import (
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/internal/jsonscan"
)

// blocks hold what the pointers of one event point to, beside the blocks of the
// scanner.
type blocks struct {
	durations jsonscan.Block[ll2.Duration]
	images    jsonscan.Block[Image]
	stations  jsonscan.Block[SpaceStation]
	agencies  jsonscan.Block[Agency]
	types     jsonscan.Block[AgencyType]
	landings  jsonscan.Block[Landing]
	locations jsonscan.Block[LandingLocation]
	ways      jsonscan.Block[LandingType]
}

// ScanJSON reads the event faster than encoding/json does. It is for this
// module's own use.
func (e *DockingEvent) ScanJSON(s *jsonscan.Scanner) {
	// What an event in the normal shape needs, in one allocation; but for the flight
	// vehicle, of which there may be none.
	first := new(struct {
		texts     [8]string
		ints      [2]int
		times     [2]time.Time
		durations [5]ll2.Duration
		images    [4]Image
		stations  [2]SpaceStation
		agencies  [1]Agency
		types     [2]AgencyType
	})
	b, ok := (*s.Local()).(*blocks)
	if !ok {
		b = new(blocks)
		*s.Local() = b
	}
	*b = blocks{
		durations: first.durations[:],
		images:    first.images[:],
		stations:  first.stations[:],
		agencies:  first.agencies[:],
		types:     first.types[:],
	}
	s.Use(jsonscan.Blocks{Texts: first.texts[:], Ints: first.ints[:], Times: first.times[:]})
	e.scan(s, b)
}

// landing reads a landing. What it needs is one allocation, too, since many flights
// have none.
func (b *blocks) landing(s *jsonscan.Scanner, field **Landing) {
	if s.Null() {
		*field = nil
		return
	}
	if *field == nil {
		first := new(struct {
			landing  [1]Landing
			location [1]LandingLocation
			way      [1]LandingType
			texts    [8]string
			ints     [3]int
			floats   [6]float64
			bools    [1]bool
		})
		b.landings, b.locations, b.ways = first.landing[:], first.location[:], first.way[:]
		s.Use(jsonscan.Blocks{Texts: first.texts[:], Ints: first.ints[:], Floats: first.floats[:], Bools: first.bools[:]})
	}
	jsonscan.Pointer(s, field, &b.landings).scan(s, b)
}

// An object is a struct that reads itself.
type object[T any] interface {
	*T
	scan(s *jsonscan.Scanner, b *blocks)
}

// scanPointer reads an object that can be null.
func scanPointer[T any, P object[T]](s *jsonscan.Scanner, b *blocks, field **T, from *jsonscan.Block[T]) {
	if v := jsonscan.Pointer(s, field, from); v != nil {
		P(v).scan(s, b)
	}
}

// scanSlice reads a list of objects.
func scanSlice[T any, P object[T]](s *jsonscan.Scanner, b *blocks, field *[]T) {
	jsonscan.Slice(s, field, func(v *T) { P(v).scan(s, b) })
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

func (b *blocks) duration(s *jsonscan.Scanner, field **ll2.Duration) {
	if d := jsonscan.Pointer(s, field, &b.durations); d != nil {
		s.Unmarshal(d)
	}
}

func scanDate(s *jsonscan.Scanner, field **ll2.Date) {
	if d := jsonscan.Pointer(s, field, nil); d != nil {
		s.Unmarshal(d)
	}
}

func (e *DockingEvent) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&e.ID)
		case "url":
			s.Text(&e.URL)
		case "docking":
			s.Time(&e.Docking)
		case "departure":
			s.TimePointer(&e.Departure)
		case "docking_location":
			if !s.Null() {
				e.DockingLocation.scan(s, b)
			}
		case "space_station_target":
			scanPointer(s, b, &e.SpaceStationTarget, &b.stations)
		case "flight_vehicle_target":
			scanPointer(s, b, &e.FlightVehicleTarget, nil)
		case "payload_flight_target":
			scanPointer(s, b, &e.PayloadFlightTarget, nil)
		case "response_mode":
			s.Text(&e.ResponseMode)
		case "flight_vehicle_chaser":
			scanPointer(s, b, &e.FlightVehicleChaser, nil)
		case "space_station_chaser":
			scanPointer(s, b, &e.SpaceStationChaser, &b.stations)
		case "payload_flight_chaser":
			scanPointer(s, b, &e.PayloadFlightChaser, nil)
		default:
			s.Unknown(key)
		}
	}
}

func (l *DockingLocation) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&l.ID)
		case "name":
			s.Text(&l.Name)
		case "spacestation":
			scanPointer(s, b, &l.SpaceStation, &b.stations)
		case "spacecraft":
			scanPointer(s, b, &l.Spacecraft, nil)
		case "payload":
			scanPointer(s, b, &l.Payload, nil)
		default:
			s.Unknown(key)
		}
	}
}

func (t *SpaceStation) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&t.ID)
		case "url":
			s.Text(&t.URL)
		case "name":
			s.Text(&t.Name)
		case "image":
			scanPointer(s, b, &t.Image, &b.images)
		case "status":
			if v := jsonscan.Pointer(s, &t.Status, nil); v != nil {
				scanNamed(s, &v.ID, &v.Name)
			}
		case "founded":
			scanDate(s, &t.Founded)
		case "deorbited":
			scanDate(s, &t.Deorbited)
		case "description":
			s.TextPointer(&t.Description)
		case "orbit":
			s.TextPointer(&t.Orbit)
		case "type":
			if v := jsonscan.Pointer(s, &t.Type, nil); v != nil {
				scanNamed(s, &v.ID, &v.Name)
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
		case "launch":
			v.Launch.scan(s)
		case "landing":
			b.landing(s, &v.Landing)
		case "duration":
			b.duration(s, &v.Duration)
		case "turn_around_time":
			b.duration(s, &v.TurnAroundTime)
		case "response_mode":
			s.TextPointer(&v.ResponseMode)
		default:
			s.Unknown(key)
		}
	}
}

func (c *Spacecraft) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "response_mode":
			s.Text(&c.ResponseMode)
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
		case "image":
			scanPointer(s, b, &c.Image, &b.images)
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
		case "fastest_turnaround":
			b.duration(s, &c.FastestTurnaround)
		default:
			s.Unknown(key)
		}
	}
}

func (c *SpacecraftConfig) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "response_mode":
			s.Text(&c.ResponseMode)
		case "id":
			s.Int(&c.ID)
		case "url":
			s.Text(&c.URL)
		case "name":
			s.Text(&c.Name)
		case "type":
			scanNamed(s, &c.Type.ID, &c.Type.Name)
		case "agency":
			c.Agency.scan(s, b)
		case "family":
			scanSlice(s, b, &c.Family)
		case "in_use":
			s.Bool(&c.InUse)
		case "image":
			scanPointer(s, b, &c.Image, &b.images)
		default:
			s.Unknown(key)
		}
	}
}

func (f *SpacecraftConfigFamily) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "response_mode":
			s.Text(&f.ResponseMode)
		case "id":
			s.Int(&f.ID)
		case "name":
			s.Text(&f.Name)
		case "description":
			s.Text(&f.Description)
		case "manufacturer":
			scanPointer(s, b, &f.Manufacturer, &b.agencies)
		case "parent":
			scanPointer(s, b, &f.Parent, nil)
		case "maiden_flight":
			scanDate(s, &f.MaidenFlight)
		default:
			s.Unknown(key)
		}
	}
}

func (f *SpacecraftConfigFamilyMini) scan(s *jsonscan.Scanner, _ *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "response_mode":
			s.Text(&f.ResponseMode)
		case "id":
			s.Int(&f.ID)
		case "name":
			s.Text(&f.Name)
		default:
			s.Unknown(key)
		}
	}
}
