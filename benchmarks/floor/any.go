package floor

import (
	"errors"

	"github.com/docking-event/ll2"
)

// DecodeAny reads a page by hand, too, but does the work of the client that is measured,
// into its structs: keys come in any order, those that it does not know are skipped,
// durations and dates are parsed, bad UTF-8 is refused.
func DecodeAny(text []byte, limit int) (*ll2.Page[ll2.DockingEvent], error) {
	s := &scan{text: text}
	page := new(ll2.Page[ll2.DockingEvent])
	for key := s.first(); key != nil; key = s.next() {
		switch string(key) {
		case "count":
			page.Count = s.int()
		case "next":
			if !s.null() {
				page.Next = s.valid()
			}
		case "previous":
			if !s.null() {
				page.Previous = s.valid()
			}
		case "results":
			page.Results = make([]ll2.DockingEvent, 0, limit)
			for more := s.begins('[', ']'); more; more = s.goesOn(']') {
				page.Results = append(page.Results, ll2.DockingEvent{})
				s.anyDockingEvent(&page.Results[len(page.Results)-1])
			}
		default:
			s.any()
		}
	}
	if s.bad || s.at != len(text) {
		return nil, errors.New("floor: not a page")
	}
	return page, nil
}

func (s *scan) anyDockingEvent(v *ll2.DockingEvent) {
	for key := s.first(); key != nil; key = s.next() {
		switch string(key) {
		case "id":
			v.ID = s.int()
		case "url":
			v.URL = s.valid()
		case "launch_id":
			if !s.null() {
				v.LaunchID = new(s.valid())
			}
		case "docking":
			v.Docking = s.time()
		case "departure":
			if !s.null() {
				v.Departure = new(s.time())
			}
		case "flight_vehicle":
			s.anyFlightVehicle(&v.FlightVehicle)
		case "docking_location":
			s.anyDockingLocation(&v.DockingLocation)
		case "space_station":
			if !s.null() {
				v.SpaceStation = new(ll2.SpaceStation)
				s.anySpaceStation(v.SpaceStation)
			}
		default:
			s.any()
		}
	}
}

func (s *scan) anyFlightVehicle(v *ll2.FlightVehicle) {
	for key := s.first(); key != nil; key = s.next() {
		switch string(key) {
		case "id":
			v.ID = s.int()
		case "url":
			v.URL = s.valid()
		case "destination":
			if !s.null() {
				v.Destination = new(s.valid())
			}
		case "mission_end":
			if !s.null() {
				v.MissionEnd = new(s.time())
			}
		case "spacecraft":
			s.anySpacecraft(&v.Spacecraft)
		default:
			s.any()
		}
	}
}

func (s *scan) anySpacecraft(v *ll2.Spacecraft) {
	for key := s.first(); key != nil; key = s.next() {
		switch string(key) {
		case "id":
			v.ID = s.int()
		case "url":
			v.URL = s.valid()
		case "name":
			v.Name = s.valid()
		case "serial_number":
			if !s.null() {
				v.SerialNumber = new(s.valid())
			}
		case "is_placeholder":
			v.IsPlaceholder = s.bool()
		case "in_space":
			v.InSpace = s.bool()
		case "time_in_space":
			if !s.null() {
				v.TimeInSpace = new(s.duration())
			}
		case "time_docked":
			if !s.null() {
				v.TimeDocked = new(s.duration())
			}
		case "flights_count":
			if !s.null() {
				v.FlightsCount = new(s.int())
			}
		case "mission_ends_count":
			if !s.null() {
				v.MissionEndsCount = new(s.int())
			}
		case "status":
			s.anySpacecraftStatus(&v.Status)
		case "description":
			v.Description = s.valid()
		case "spacecraft_config":
			s.anySpacecraftConfig(&v.SpacecraftConfig)
		default:
			s.any()
		}
	}
}

func (s *scan) anySpacecraftStatus(v *ll2.SpacecraftStatus) {
	for key := s.first(); key != nil; key = s.next() {
		switch string(key) {
		case "id":
			v.ID = s.int()
		case "name":
			v.Name = s.valid()
		default:
			s.any()
		}
	}
}

func (s *scan) anySpacecraftConfig(v *ll2.SpacecraftConfig) {
	for key := s.first(); key != nil; key = s.next() {
		switch string(key) {
		case "id":
			v.ID = s.int()
		case "url":
			v.URL = s.valid()
		case "name":
			v.Name = s.valid()
		case "type":
			s.anySpacecraftConfigType(&v.Type)
		case "agency":
			if !s.null() {
				v.Agency = new(ll2.Agency)
				s.anyAgency(v.Agency)
			}
		case "in_use":
			v.InUse = s.bool()
		case "image_url":
			if !s.null() {
				v.ImageURL = new(s.valid())
			}
		case "capability":
			if !s.null() {
				v.Capability = new(s.valid())
			}
		case "history":
			if !s.null() {
				v.History = new(s.valid())
			}
		case "details":
			if !s.null() {
				v.Details = new(s.valid())
			}
		case "maiden_flight":
			if !s.null() {
				v.MaidenFlight = new(s.date())
			}
		case "height":
			if !s.null() {
				v.Height = new(s.float())
			}
		case "diameter":
			if !s.null() {
				v.Diameter = new(s.float())
			}
		case "human_rated":
			if !s.null() {
				v.HumanRated = new(s.bool())
			}
		case "crew_capacity":
			if !s.null() {
				v.CrewCapacity = new(s.int())
			}
		case "payload_capacity":
			if !s.null() {
				v.PayloadCapacity = new(s.int())
			}
		case "payload_return_capacity":
			if !s.null() {
				v.PayloadReturnCapacity = new(s.int())
			}
		case "flight_life":
			if !s.null() {
				v.FlightLife = new(s.valid())
			}
		case "nation_url":
			if !s.null() {
				v.NationURL = new(s.valid())
			}
		case "wiki_link":
			if !s.null() {
				v.WikiLink = new(s.valid())
			}
		case "info_link":
			if !s.null() {
				v.InfoLink = new(s.valid())
			}
		default:
			s.any()
		}
	}
}

func (s *scan) anySpacecraftConfigType(v *ll2.SpacecraftConfigType) {
	for key := s.first(); key != nil; key = s.next() {
		switch string(key) {
		case "id":
			v.ID = s.int()
		case "name":
			v.Name = s.valid()
		default:
			s.any()
		}
	}
}

func (s *scan) anyAgency(v *ll2.Agency) {
	for key := s.first(); key != nil; key = s.next() {
		switch string(key) {
		case "id":
			v.ID = s.int()
		case "url":
			v.URL = s.valid()
		case "name":
			v.Name = s.valid()
		case "type":
			if !s.null() {
				v.Type = new(s.valid())
			}
		case "featured":
			if !s.null() {
				v.Featured = new(s.bool())
			}
		case "country_code":
			if !s.null() {
				v.CountryCode = new(s.valid())
			}
		case "abbrev":
			if !s.null() {
				v.Abbrev = new(s.valid())
			}
		case "description":
			if !s.null() {
				v.Description = new(s.valid())
			}
		case "administrator":
			if !s.null() {
				v.Administrator = new(s.valid())
			}
		case "founding_year":
			if !s.null() {
				v.FoundingYear = new(s.valid())
			}
		case "launchers":
			if !s.null() {
				v.Launchers = new(s.valid())
			}
		case "spacecraft":
			if !s.null() {
				v.Spacecraft = new(s.valid())
			}
		case "parent":
			if !s.null() {
				v.Parent = new(s.valid())
			}
		case "image_url":
			if !s.null() {
				v.ImageURL = new(s.valid())
			}
		case "logo_url":
			if !s.null() {
				v.LogoURL = new(s.valid())
			}
		default:
			s.any()
		}
	}
}

func (s *scan) anyDockingLocation(v *ll2.DockingLocation) {
	for key := s.first(); key != nil; key = s.next() {
		switch string(key) {
		case "id":
			v.ID = s.int()
		case "name":
			v.Name = s.valid()
		case "spacestation":
			s.anySpaceStation(&v.SpaceStation)
		default:
			s.any()
		}
	}
}

func (s *scan) anySpaceStation(v *ll2.SpaceStation) {
	for key := s.first(); key != nil; key = s.next() {
		switch string(key) {
		case "id":
			v.ID = s.int()
		case "url":
			v.URL = s.valid()
		case "name":
			v.Name = s.valid()
		case "image_url":
			if !s.null() {
				v.ImageURL = new(s.valid())
			}
		default:
			s.any()
		}
	}
}
