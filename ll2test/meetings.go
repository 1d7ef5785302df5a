package ll2test

import (
	"fmt"
	"slices"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
)

// A meeting is a docking that version 2.2.0 cannot express, because it is not one of
// a vehicle with a station.
type meeting struct {
	docking, departure time.Time
	chaser, target     party
	port               ll230.DockingLocation
}

// A party to a docking has one of these three set.
type party struct {
	flight  *flight
	station *station
	payload *shipment
}

// A shipment is the flight of a payload.
type shipment struct {
	id       int // id of the flight and of the payload
	name     string
	of       *freight
	launched time.Time
	landed   bool
}

// A freight is a kind of payload.
type freight struct {
	name     string
	kind     ll230.PayloadType
	maker    *agency
	operator *agency
	mass     float64
	picture  string
}

// A series is a group of similar meetings, with their parties and times.
type series struct {
	period   // time of the dockings
	stay     time.Duration
	open     bool // whether the last one is still docked
	chaser   visitor
	target   visitor
	port     int    // the id of the first port
	portName string // if it is a station's port
}

// A visitor is a party to a meeting: a spacecraft of a model, one of the stations, or
// a payload. One of the fields is set.
type visitor struct {
	model    *model
	stations []*station
	freight  *freight
}

var (
	lander = ll2.SpacecraftConfigType{ID: 7, Name: "Lander"}

	jaxa = &agency{37, "Japan Aerospace Exploration Agency", "Government", "JPN", "JAXA", "",
		"2003", "H-II", "HTV", "Works at the edge of space.", "", false}
	northAmerican = &agency{999, "North American Aviation", "Commercial", "USA", "", "",
		"1928", "", "Apollo", "", "", false}
	intelsat = &agency{206, "Intelsat", "Commercial", "USA,DEU", "I", "", "1964", "", "", "Runs satellites.", "", false}

	apollo = &model{id: 31, name: "Apollo Command/Service Module", native: "CSM", kind: capsule, agency: northAmerican, crew: 3,
		maiden: ll2.Date{Year: 1966, Month: time.February, Day: 26}}
	lunarModule = &model{id: 32, name: "Apollo Lunar Module", native: "LM", kind: lander, agency: nasa, crew: 2,
		maiden: ll2.Date{Year: 1968, Month: time.January, Day: 22}}
	gemini   = &model{id: 33, name: "Gemini", native: "Gemini", kind: capsule, agency: nasa, crew: 2}
	columbia = shuttleNamed("Columbia")

	demonstrator = ll230.PayloadType{ID: 4, Name: "Technology Demonstrator"}
	servicing    = ll230.PayloadType{ID: 7, Name: "In-Orbit Servicing"}

	agena     = &freight{name: "Agena Target Vehicle", kind: demonstrator, mass: 3175.5}
	extension = &freight{name: "Mission Extension Vehicle", kind: servicing, maker: northrop, operator: northrop, mass: 2326, picture: "mev.jpg"}
	satellite = &freight{name: "Intelsat", kind: servicing, maker: esa, operator: intelsat, picture: "intelsat.jpg"}
	habitat   = &freight{name: "Expandable Activity Module", kind: demonstrator, maker: nasa, operator: nasa, mass: 1413}
	spartan   = &freight{name: "SPARTAN", kind: demonstrator, maker: nasa, mass: 1273.5}
	telescope = &freight{name: "Xuntian", kind: demonstrator, maker: cmsa, operator: cmsa, picture: "xuntian.jpg"}
)

// shuttleNamed returns a shuttle that does not occur in the Events.
func shuttleNamed(name string) *model {
	m := *shuttle
	m.fleet = []string{name}
	return &m
}

// allSeries returns every combination that Events do not have, each at ports of its
// own.
func allSeries(stations []station) []series {
	iss, tiangong := &stations[4], &stations[5]
	unity := &station{id: 51, name: "Unity", period: from(1998, 12, 4)}
	wentian := &station{id: 52, name: "Wentian", picture: pictures + "wentian.jpg", period: from(2022, 7, 24)}
	old := &station{id: 54, name: "Almaz", period: from(1975, 1, 1).to(2002, 1, 1)}
	return []series{
		{from(1969, 3, 3).to(1972, 12, 14), 4 * day, false,
			visitor{model: lunarModule}, visitor{model: apollo}, 143, ""},
		{from(2020, 2, 25).to(2025, 11, 1), 1500 * day, true,
			visitor{freight: extension}, visitor{freight: satellite}, 1000, ""},
		{from(1966, 3, 16).to(1966, 11, 11), 2 * day, false,
			visitor{model: gemini}, visitor{freight: agena}, 3000, ""},
		{from(2016, 4, 16).to(2025, 6, 1), 700 * day, true,
			visitor{freight: habitat}, visitor{stations: []*station{iss}}, 151, "Tranquility aft"},
		{from(2022, 7, 24).to(2025, 9, 1), 600 * day, true,
			visitor{stations: []*station{wentian}}, visitor{stations: []*station{tiangong}}, 152, "Tianhe starboard"},
		{from(1998, 12, 6).to(2000, 6, 1), 6 * day, false,
			visitor{stations: []*station{unity, old}}, visitor{model: columbia}, 144, ""},
		{from(1984, 4, 8).to(1998, 11, 1), 3 * day, false,
			visitor{freight: spartan}, visitor{model: columbia}, 145, ""},
		{from(2024, 3, 1).to(2025, 8, 1), 20 * day, false,
			visitor{stations: []*station{tiangong}}, visitor{freight: telescope}, 5000, ""},
	}
}

// meetingsOf returns how many of n events are meetings.
func meetingsOf(n int) int { return max(n*40/555, min(n/2, 8)) }

// meet adds n meetings to a history that has its dockings.
func (h *history) meet(n int) []meeting {
	all := allSeries(h.stations)
	meetings := make([]meeting, n)
	for i := range meetings {
		which := i % len(all)
		meetings[i] = h.meeting(all[which], i/len(all), (n-1-which)/len(all)+1)
	}
	for _, m := range meetings {
		if f := m.target.flight; f != nil { // a spacecraft of more than one series
			slices.SortFunc(f.craft.flights, func(a, b *flight) int { return a.first.docking.Compare(b.first.docking) })
		}
	}
	return meetings
}

// meeting returns one of the meetings of a series.
func (h *history) meeting(c series, number, of int) meeting {
	pause := c.closed.Sub(c.opened) / time.Duration(of)
	m := meeting{docking: c.opened.Add(time.Duration(number)*pause + time.Duration(h.r.Int64N(int64(pause/4)))).Truncate(time.Second)}
	if !c.open || number < of-1 {
		stay := min(c.stay, pause/2)
		m.departure = m.docking.Add(stay/2 + time.Duration(h.r.Int64N(int64(stay/2)))).Truncate(time.Second)
	}
	m.chaser = h.party(c.chaser, c.target.name(number), m, number)
	m.target = h.party(c.target, c.target.where(), m, number)
	m.port = ll230.DockingLocation{ID: c.port, Name: c.portName}
	switch to := m.target; {
	case to.station != nil:
		m.port.SpaceStation = to.station.mini()
	case to.flight != nil:
		m.port.Name = to.flight.craft.model.name
		m.port.Spacecraft = ptr(to.flight.craft.model.config230())
	default:
		m.port.ID += number
		m.port.Name = to.payload.name
		m.port.Payload = ptr(to.payload.payload(false))
	}
	return m
}

// name returns the name of the visitor at a meeting.
func (v visitor) name(number int) string {
	switch {
	case v.model != nil && len(v.model.fleet) > 0:
		return v.model.name + " " + v.model.fleet[number%len(v.model.fleet)]
	case v.model != nil:
		return fmt.Sprintf("%s %d", v.model.name, number+1)
	case v.freight != nil:
		return fmt.Sprintf("%s-%d", v.freight.name, number+1)
	}
	return v.stations[number%len(v.stations)].name
}

// where returns the place at which the visitor meets others.
func (v visitor) where() string {
	if v.model == apollo {
		return "Moon"
	}
	return "Low Earth Orbit"
}

// party sends a visitor to its destination.
func (h *history) party(v visitor, destination string, m meeting, number int) party {
	switch {
	case v.model != nil:
		f := h.fly(v.model, v.name(number), &station{name: destination})
		f.first = &docking{docking: m.docking, departure: m.departure, flight: f}
		f.last = f.first
		f.craft.docked += m.departure.Sub(m.docking) // every vehicle has departed
		return party{flight: f}
	case v.freight != nil:
		h.flights++
		return party{payload: &shipment{h.flights, v.name(number), v.freight, m.docking.Add(-30 * day), v.freight == spartan}}
	}
	return party{station: v.stations[number%len(v.stations)]}
}

// event returns the event of a meeting.
func (m meeting) event(id int) ll230.DockingEvent {
	e := newEvent230(id, m.docking, m.departure)
	e.DockingLocation = m.port
	switch by := m.chaser; {
	case by.flight != nil:
		e.FlightVehicleChaser = by.flight.vehicle(true)
	case by.station != nil:
		e.SpaceStationChaser = by.station.normal()
	default:
		e.PayloadFlightChaser = by.payload.flight(true)
	}
	switch to := m.target; {
	case to.flight != nil:
		e.FlightVehicleTarget = to.flight.vehicle(false)
	case to.station != nil:
		e.SpaceStationTarget = to.station.mini()
	default:
		e.PayloadFlightTarget = to.payload.flight(false)
	}
	return e
}
