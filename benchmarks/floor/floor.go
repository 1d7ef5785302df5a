// Package floor decodes docking events about as fast as is possible in Go without
// unsafe. It knows the order of the service's keys, and refuses any other order. It is the
// reference for the measurements of other decoders, and not meant for use in programs: it
// fails if the service adds a key.
//
// It copies every string separately, so that no event keeps its page in memory.
package floor

import (
	"errors"
	"time"
)

// Decode decodes a page of at most limit events. It fails if a key is missing, new, or
// not in the service's order.
func Decode(text []byte, limit int) (*Page, error) {
	s := &scan{text: text}
	page := new(Page)
	s.want(`{"count":`)
	page.Count = s.int()
	s.want(`,"next":`)
	page.Next = s.optString()
	s.want(`,"previous":`)
	page.Previous = s.optString()
	s.want(`,"results":[`)
	if !s.skip(`]`) {
		page.Results = make([]DockingEvent, 0, limit)
		for {
			page.Results = append(page.Results, DockingEvent{})
			s.event(&page.Results[len(page.Results)-1])
			if !s.skip(`,`) {
				break
			}
		}
		s.want(`]`)
	}
	s.want(`}`)
	if s.bad || s.at != len(text) {
		return nil, errors.New("floor: not the JSON that it is made for")
	}
	return page, nil
}

func (s *scan) event(e *DockingEvent) {
	s.want(`{"id":`)
	e.ID = s.int()
	s.want(`,"url":`)
	e.URL = s.string()
	s.want(`,"launch_id":`)
	e.LaunchID = s.optString()
	s.want(`,"docking":`)
	e.Docking = s.time()
	s.want(`,"departure":`)
	e.Departure = s.optTime()
	s.want(`,"flight_vehicle":{"id":`)
	s.flight(&e.FlightVehicle)
	s.want(`,"docking_location":{"id":`)
	e.DockingLocation.ID = s.int()
	s.want(`,"name":`)
	e.DockingLocation.Name = s.string()
	s.want(`,"spacestation":{"id":`)
	s.station(&e.DockingLocation.SpaceStation)
	s.want(`}`)
	if s.skip(`,"space_station":{"id":`) {
		e.SpaceStation = new(SpaceStation)
		s.station(e.SpaceStation)
	}
	s.want(`}`)
}

func (s *scan) station(v *SpaceStation) {
	v.ID = s.int()
	s.want(`,"url":`)
	v.URL = s.string()
	s.want(`,"name":`)
	v.Name = s.string()
	if s.skip(`,"image_url":`) {
		v.ImageURL = s.optString()
	}
	s.want(`}`)
}

func (s *scan) flight(f *FlightVehicle) {
	f.ID = s.int()
	s.want(`,"url":`)
	f.URL = s.string()
	s.want(`,"destination":`)
	f.Destination = s.optString()
	s.want(`,"mission_end":`)
	f.MissionEnd = s.optTime()
	s.want(`,"spacecraft":{"id":`)
	s.craft(&f.Spacecraft)
	s.want(`}`)
}

func (s *scan) craft(c *Spacecraft) {
	c.ID = s.int()
	s.want(`,"url":`)
	c.URL = s.string()
	s.want(`,"name":`)
	c.Name = s.string()
	s.want(`,"serial_number":`)
	c.SerialNumber = s.optString()
	s.want(`,"is_placeholder":`)
	c.IsPlaceholder = s.bool()
	s.want(`,"in_space":`)
	c.InSpace = s.bool()
	s.want(`,"time_in_space":`)
	c.TimeInSpace = s.optString()
	s.want(`,"time_docked":`)
	c.TimeDocked = s.optString()
	s.want(`,"flights_count":`)
	c.FlightsCount = s.optInt()
	s.want(`,"mission_ends_count":`)
	c.MissionEndsCount = s.optInt()
	s.want(`,"status":`)
	c.Status = s.named()
	s.want(`,"description":`)
	c.Description = s.string()
	s.want(`,"spacecraft_config":{"id":`)
	s.config(&c.Config)
	s.want(`}`)
}

func (s *scan) named() (n Named) {
	s.want(`{"id":`)
	n.ID = s.int()
	s.want(`,"name":`)
	n.Name = s.string()
	s.want(`}`)
	return n
}

func (s *scan) config(c *Config) {
	c.ID = s.int()
	s.want(`,"url":`)
	c.URL = s.string()
	s.want(`,"name":`)
	c.Name = s.string()
	s.want(`,"type":`)
	c.Type = s.named()
	s.want(`,"agency":`)
	if !s.null() {
		c.Agency.Set = true
		s.agency(&c.Agency.Value)
	}
	s.want(`,"in_use":`)
	c.InUse = s.bool()
	s.want(`,"image_url":`)
	c.ImageURL = s.optString()
	if s.at < len(s.text) && s.text[s.at] == ',' {
		c.Details = s.configDetails()
	}
	s.want(`}`)
}

func (s *scan) agency(a *Agency) {
	s.want(`{"id":`)
	a.ID = s.int()
	s.want(`,"url":`)
	a.URL = s.string()
	s.want(`,"name":`)
	a.Name = s.string()
	s.want(`,"type":`)
	a.Type = s.optString()
	if s.at < len(s.text) && s.text[s.at] == ',' {
		a.Details = s.agencyDetails()
	}
	s.want(`}`)
}

func (s *scan) configDetails() *ConfigDetails {
	d := new(ConfigDetails)
	maybe(s, `,"capability":`, &d.Capability, (*scan).string)
	maybe(s, `,"history":`, &d.History, (*scan).string)
	maybe(s, `,"details":`, &d.Details, (*scan).string)
	maybe(s, `,"maiden_flight":`, &d.MaidenFlight, (*scan).string)
	maybe(s, `,"height":`, &d.Height, (*scan).float)
	maybe(s, `,"diameter":`, &d.Diameter, (*scan).float)
	maybe(s, `,"human_rated":`, &d.HumanRated, (*scan).bool)
	maybe(s, `,"crew_capacity":`, &d.CrewCapacity, (*scan).int)
	maybe(s, `,"payload_capacity":`, &d.PayloadCapacity, (*scan).int)
	maybe(s, `,"payload_return_capacity":`, &d.PayloadReturnCapacity, (*scan).int)
	maybe(s, `,"flight_life":`, &d.FlightLife, (*scan).string)
	maybe(s, `,"nation_url":`, &d.NationURL, (*scan).string)
	maybe(s, `,"wiki_link":`, &d.WikiLink, (*scan).string)
	maybe(s, `,"info_link":`, &d.InfoLink, (*scan).string)
	return d
}

func (s *scan) agencyDetails() *AgencyDetails {
	d := new(AgencyDetails)
	maybe(s, `,"featured":`, &d.Featured, (*scan).bool)
	maybe(s, `,"country_code":`, &d.CountryCode, (*scan).string)
	maybe(s, `,"abbrev":`, &d.Abbrev, (*scan).string)
	maybe(s, `,"description":`, &d.Description, (*scan).string)
	maybe(s, `,"administrator":`, &d.Administrator, (*scan).string)
	maybe(s, `,"founding_year":`, &d.FoundingYear, (*scan).string)
	maybe(s, `,"launchers":`, &d.Launchers, (*scan).string)
	maybe(s, `,"spacecraft":`, &d.Spacecraft, (*scan).string)
	maybe(s, `,"parent":`, &d.Parent, (*scan).string)
	maybe(s, `,"image_url":`, &d.ImageURL, (*scan).string)
	maybe(s, `,"logo_url":`, &d.LogoURL, (*scan).string)
	return d
}

// maybe reads a value that can be null, or missing with its key.
func maybe[T any](s *scan, key string, to *Opt[T], read func(*scan) T) {
	if s.skip(key) && !s.null() {
		*to = some(read(s))
	}
}

func (s *scan) optString() (o Opt[string]) {
	if s.null() {
		return o
	}
	return some(s.string())
}

func (s *scan) optTime() (o Opt[time.Time]) {
	if s.null() {
		return o
	}
	return some(s.time())
}

func (s *scan) optInt() (o Opt[int]) {
	if s.null() {
		return o
	}
	return some(s.int())
}
