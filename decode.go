package ll2

import (
	"encoding/json"
	"slices"
)

// A scannable type reads itself from a scanner: every key that its JSON tags
// name, and no other.
type scannable interface{ scan(s *scanner) }

// decode reads one record, by a scanner if that can, else by encoding/json.
func decode[T any](data []byte, v *T) error {
	if record, ok := any(v).(scannable); ok {
		s := scanner{data: data}
		s.record(record)
		if s.end() {
			return nil
		}
		*v = *new(T)
	}
	return json.Unmarshal(data, v)
}

// scanPage reads a page of records that scan themselves.
func scanPage[T any](data []byte) (page Page[T], ok bool) {
	if _, ok := any(new(T)).(scannable); !ok {
		return page, false
	}
	s := scanner{data: data}
	counted := false
	for key := range s.object {
		switch string(key) {
		case "count":
			if counted = !s.null(); counted {
				s.int(&page.Count)
			}
		case "next":
			s.link(&page.Next)
		case "previous":
			s.link(&page.Previous)
		case "results":
			if page.Results != nil {
				s.fail() // twice
			}
			page.Results = []T{}
			s.array(func() {
				n, start := len(page.Results), s.pos
				page.Results = slices.Grow(page.Results, 1)[:n+1]
				s.record(any(&page.Results[n]).(scannable))
				if size := s.pos - start; n == 0 && size > 0 {
					// As many more as go into the rest, if they are alike.
					page.Results = slices.Grow(page.Results, min(MaxPageSize, (len(s.data)-s.pos)/size))
				}
			})
		default:
			s.unknown(key)
		}
	}
	return page, s.end() && counted && page.Results != nil
}

// scanPointer reads a record within a record that can be null.
func scanPointer[T any, P interface {
	*T
	scannable
}](s *scanner, field **T, from *block[T]) {
	pointer(s, field, from, func(v *T) { P(v).scan(s) })
}

func (e *DockingEvent) scan(s *scanner) {
	for key := range s.object {
		switch string(key) {
		case "id":
			s.int(&e.ID)
		case "url":
			s.text(&e.URL)
		case "launch_id":
			s.textPointer(&e.LaunchID)
		case "docking":
			s.time(&e.Docking)
		case "departure":
			s.timePointer(&e.Departure)
		case "flight_vehicle":
			e.FlightVehicle.scan(s)
		case "docking_location":
			e.DockingLocation.scan(s)
		case "space_station":
			scanPointer(s, &e.SpaceStation, &block[SpaceStation]{make([]SpaceStation, 1)})
		default:
			s.unknown(key)
		}
	}
}

func (v *FlightVehicle) scan(s *scanner) {
	for key := range s.object {
		switch string(key) {
		case "id":
			s.int(&v.ID)
		case "url":
			s.text(&v.URL)
		case "destination":
			s.textPointer(&v.Destination)
		case "mission_end":
			s.timePointer(&v.MissionEnd)
		case "spacecraft":
			v.Spacecraft.scan(s)
		default:
			s.unknown(key)
		}
	}
}

func (c *Spacecraft) scan(s *scanner) {
	for key := range s.object {
		switch string(key) {
		case "id":
			s.int(&c.ID)
		case "url":
			s.text(&c.URL)
		case "name":
			s.text(&c.Name)
		case "serial_number":
			s.textPointer(&c.SerialNumber)
		case "is_placeholder":
			s.bool(&c.IsPlaceholder)
		case "in_space":
			s.bool(&c.InSpace)
		case "time_in_space":
			s.durationPointer(&c.TimeInSpace)
		case "time_docked":
			s.durationPointer(&c.TimeDocked)
		case "flights_count":
			s.intPointer(&c.FlightsCount)
		case "mission_ends_count":
			s.intPointer(&c.MissionEndsCount)
		case "status":
			c.Status.scan(s)
		case "description":
			s.text(&c.Description)
		case "spacecraft_config":
			c.SpacecraftConfig.scan(s)
		default:
			s.unknown(key)
		}
	}
}

func (t *SpacecraftStatus) scan(s *scanner) {
	for key := range s.object {
		switch string(key) {
		case "id":
			s.int(&t.ID)
		case "name":
			s.text(&t.Name)
		default:
			s.unknown(key)
		}
	}
}

func (c *SpacecraftConfig) scan(s *scanner) {
	for key := range s.object {
		switch string(key) {
		case "id":
			s.int(&c.ID)
		case "url":
			s.text(&c.URL)
		case "name":
			s.text(&c.Name)
		case "type":
			c.Type.scan(s)
		case "agency":
			scanPointer(s, &c.Agency, &s.blocks.agencies)
		case "in_use":
			s.bool(&c.InUse)
		case "image_url":
			s.textPointer(&c.ImageURL)
		case "capability":
			s.textPointer(&c.Capability)
		case "history":
			s.textPointer(&c.History)
		case "details":
			s.textPointer(&c.Details)
		case "maiden_flight":
			s.datePointer(&c.MaidenFlight)
		case "height":
			s.floatPointer(&c.Height)
		case "diameter":
			s.floatPointer(&c.Diameter)
		case "human_rated":
			s.boolPointer(&c.HumanRated)
		case "crew_capacity":
			s.intPointer(&c.CrewCapacity)
		case "payload_capacity":
			s.intPointer(&c.PayloadCapacity)
		case "payload_return_capacity":
			s.intPointer(&c.PayloadReturnCapacity)
		case "flight_life":
			s.textPointer(&c.FlightLife)
		case "nation_url":
			s.textPointer(&c.NationURL)
		case "wiki_link":
			s.textPointer(&c.WikiLink)
		case "info_link":
			s.textPointer(&c.InfoLink)
		default:
			s.unknown(key)
		}
	}
}

func (t *SpacecraftConfigType) scan(s *scanner) {
	for key := range s.object {
		switch string(key) {
		case "id":
			s.int(&t.ID)
		case "name":
			s.text(&t.Name)
		default:
			s.unknown(key)
		}
	}
}

func (a *Agency) scan(s *scanner) {
	for key := range s.object {
		switch string(key) {
		case "id":
			s.int(&a.ID)
		case "url":
			s.text(&a.URL)
		case "name":
			s.text(&a.Name)
		case "type":
			s.textPointer(&a.Type)
		case "featured":
			s.boolPointer(&a.Featured)
		case "country_code":
			s.textPointer(&a.CountryCode)
		case "abbrev":
			s.textPointer(&a.Abbrev)
		case "description":
			s.textPointer(&a.Description)
		case "administrator":
			s.textPointer(&a.Administrator)
		case "founding_year":
			s.textPointer(&a.FoundingYear)
		case "launchers":
			s.textPointer(&a.Launchers)
		case "spacecraft":
			s.textPointer(&a.Spacecraft)
		case "parent":
			s.textPointer(&a.Parent)
		case "image_url":
			s.textPointer(&a.ImageURL)
		case "logo_url":
			s.textPointer(&a.LogoURL)
		default:
			s.unknown(key)
		}
	}
}

func (l *DockingLocation) scan(s *scanner) {
	for key := range s.object {
		switch string(key) {
		case "id":
			s.int(&l.ID)
		case "name":
			s.text(&l.Name)
		case "spacestation":
			l.SpaceStation.scan(s)
		default:
			s.unknown(key)
		}
	}
}

func (t *SpaceStation) scan(s *scanner) {
	for key := range s.object {
		switch string(key) {
		case "id":
			s.int(&t.ID)
		case "url":
			s.text(&t.URL)
		case "name":
			s.text(&t.Name)
		case "image_url":
			s.textPointer(&t.ImageURL)
		default:
			s.unknown(key)
		}
	}
}
