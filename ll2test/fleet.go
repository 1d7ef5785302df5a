package ll2test

import (
	"fmt"
	"time"

	"github.com/docking-event/ll2"
)

// The parts of the made-up history. In these tables zero stands for null if the
// service has null.

type station struct {
	id      int
	name    string
	picture string
	period
	ports  []port
	visits []visits
}

// closes returns that time before the station's end, or the far future if it has no
// end.
func (s *station) closes(before time.Duration) time.Time {
	if s.closed.IsZero() {
		return lastDocking.Add(longest)
	}
	return s.closed.Add(-before)
}

// A period has no end if closed is zero.
type period struct{ opened, closed time.Time }

func from(year int, month time.Month, day int) period {
	return period{opened: time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
}

func (p period) to(year int, month time.Month, day int) period {
	p.closed = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	return p
}

type port struct {
	id      int
	name    string
	station *station
}

// visits says when a model flies to a station.
type visits struct {
	model *model
	period
}

type agency struct {
	id                                       int
	name, kind, countries, abbrev, head      string
	founded, launchers, craft, about, parent string
	featured                                 bool
}

type model struct {
	id                  int
	name, native        string
	kind                ll2.SpacecraftConfigType
	agency              *agency
	fleet               []string // names of spacecraft that fly several times
	inUse               bool
	crew                int
	height, diameter    float64
	payload, payloadRet int
	maiden              ll2.Date
	life, history       string
	wiki                string
}

var (
	capsule = ll2.SpacecraftConfigType{ID: 2, Name: "Capsule"}
	cargo   = ll2.SpacecraftConfigType{ID: 4, Name: "Cargo Resupply"}
	plane   = ll2.SpacecraftConfigType{ID: 3, Name: "Spaceplane"}
	unknown = ll2.SpacecraftConfigType{ID: 1, Name: "Unknown"}

	roscosmos = &agency{63, "Russian Federal Space Agency (ROSCOSMOS)", "Government", "RUS", "RFSA", "",
		"1992", "Soyuz", "Soyuz, Progress", "Runs the crewed flights of Russia.", "", true}
	nasa = &agency{44, "National Aeronautics and Space Administration", "Government", "USA", "NASA", "Administrator",
		"1958", "Space Shuttle", "Orion", "The space agency of the United States.\r\nFlies people since 1961.", "", true}
	spacex = &agency{121, "SpaceX", "Commercial", "USA", "SpX", "CEO",
		"2002", "Falcon 9", "Dragon", "Builds rockets that land.", "", true}
	northrop = &agency{257, "Northrop Grumman Space Systems", "Commercial", "USA", "NGSS", "",
		"", "Antares", "Cygnus", "", "Northrop Grumman", false}
	esa = &agency{27, "European Space Agency", "Multinational", "AUT,BEL,CZE,DNK,FRA,DEU,ITA", "ESA", "Director General",
		"1975", "Ariane", "ATV", "Europe’s way to space – founded in 1975.", "", false}
	cmsa = &agency{17, "China Manned Space Agency", "", "CHN", "", "",
		"1993", "Long March", "", "中国载人航天工程", "", false}

	soyuz = &model{id: 1, name: "Soyuz", native: "Союз", kind: capsule, agency: roscosmos, inUse: true, crew: 3,
		height: 7.48, diameter: 2.72, maiden: ll2.Date{Year: 1967, Month: time.April, Day: 23}, life: "200 days",
		history: "Flies since 1967, in many versions.", wiki: "https://en.wikipedia.org/wiki/Soyuz_(spacecraft)"}
	progress = &model{id: 8, name: "Progress", native: "Прогресс", kind: cargo, agency: roscosmos, inUse: true,
		height: 7.23, diameter: 2.72, payload: 2400, maiden: ll2.Date{Year: 1978, Month: time.January, Day: 20}, life: "180 days"}
	shuttle = &model{id: 20, name: "Space Shuttle", native: "STS", kind: plane, agency: nasa, crew: 7,
		fleet: []string{"Discovery", "Atlantis", "Endeavour"}, height: 37, diameter: 4.8, payload: 24400, payloadRet: 14400,
		maiden: ll2.Date{Year: 1981, Month: time.April, Day: 12}, history: "135 flights in thirty years.",
		wiki: "https://en.wikipedia.org/wiki/Space_Shuttle"}
	atv = &model{id: 5, name: "Automated Transfer Vehicle", native: "ATV", kind: cargo, agency: esa,
		height: 10.3, diameter: 4.5, payload: 7667, maiden: ll2.Date{Year: 2008, Month: time.March, Day: 9}}
	htv = &model{id: 6, name: "H-II Transfer Vehicle", native: "こうのとり", kind: unknown,
		history: "Berthed by the station’s arm."}
	cargoDragon = &model{id: 7, name: "Cargo Dragon", native: "Dragon 1, 2", kind: cargo, agency: spacex, inUse: true,
		height: 8.1, diameter: 3.7, payload: 6000, payloadRet: 3000, maiden: ll2.Date{Year: 2010, Month: time.December, Day: 8}, life: "75 days"}
	cygnus = &model{id: 9, name: "Cygnus", native: "NG CRS", kind: cargo, agency: northrop, inUse: true,
		height: 6.39, diameter: 3.07, payload: 3750, maiden: ll2.Date{Year: 2013, Month: time.September, Day: 18}}
	crewDragon = &model{id: 10, name: "Crew Dragon", native: "Dragon 2", kind: capsule, agency: spacex, inUse: true, crew: 4,
		fleet: []string{"Endeavour", "Resilience", "Endurance", "Freedom"}, height: 8.1, diameter: 4, payload: 3307, payloadRet: 2507,
		maiden: ll2.Date{Year: 2019, Month: time.March, Day: 2}, life: "210 days", history: "Flies crews since 2020."}
	shenzhou = &model{id: 11, name: "Shenzhou", native: "神舟", kind: capsule, agency: cmsa, inUse: true, crew: 3,
		height: 9.25, diameter: 2.8, maiden: ll2.Date{Year: 1999, Month: time.November, Day: 19}}
	tianzhou = &model{id: 12, name: "Tianzhou", native: "天舟", kind: cargo, agency: cmsa, inUse: true,
		height: 10.6, diameter: 3.35, payload: 6900}
)

const pictures = "https://thespacedevs-prod.nyc3.digitaloceanspaces.com/media/images/"

// stations returns the stations in the order in which they were launched. Their lives
// overlap, so that at any time there is a station to fly to.
func stations() []station {
	all := []station{
		{id: 12, name: "Salyut 4", period: from(1975, 1, 1).to(1977, 12, 1),
			ports: []port{{id: 101, name: "forward"}, {id: 102, name: "aft"}}, visits: []visits{{model: soyuz}}},
		{id: 14, name: "Salyut 6", picture: pictures + "salyut_6.jpg", period: from(1977, 6, 1).to(1982, 10, 1),
			ports:  []port{{id: 103, name: "forward"}, {id: 104, name: "aft"}},
			visits: []visits{{model: soyuz}, {model: progress, period: from(1978, 1, 20)}}},
		{id: 15, name: "Salyut 7", period: from(1982, 5, 1).to(1986, 9, 1),
			ports:  []port{{id: 105, name: "forward"}, {id: 106, name: "aft"}},
			visits: []visits{{model: soyuz}, {model: progress}}},
		{id: 5, name: "Mir", picture: pictures + "mir.jpg", period: from(1986, 3, 1).to(2001, 1, 27),
			ports:  []port{{id: 107, name: "forward"}, {id: 108, name: "aft"}, {id: 109, name: "nadir"}, {id: 110, name: "zenith"}},
			visits: []visits{{model: soyuz}, {model: progress}, {model: shuttle, period: from(1995, 6, 1).to(1998, 7, 1)}}},
		{id: 4, name: "International Space Station", picture: pictures + "iss.jpg", period: from(2000, 7, 26),
			ports: []port{
				{id: 111, name: "forward"}, {id: 112, name: "aft"}, {id: 113, name: "nadir"}, {id: 114, name: "zenith"},
				{id: 115, name: "Rassvet nadir"}, {id: 116, name: "Poisk zenith"}, {id: 117, name: "Unity nadir"}, {id: 118, name: "Prichal nadir"},
			},
			visits: []visits{
				{model: soyuz}, {model: progress}, {model: shuttle, period: from(1975, 1, 1).to(2011, 7, 20)},
				{model: atv, period: from(2008, 3, 9).to(2014, 8, 12)}, {model: htv, period: from(2009, 9, 10).to(2020, 8, 20)},
				{model: cargoDragon, period: from(2012, 5, 22)}, {model: cygnus, period: from(2013, 9, 18)}, {model: crewDragon, period: from(2020, 5, 30)},
			}},
		{id: 18, name: "Tiangong", period: from(2021, 5, 1),
			ports:  []port{{id: 119, name: "forward"}, {id: 120, name: "aft"}, {id: 121, name: "nadir"}},
			visits: []visits{{model: shenzhou}, {model: tianzhou}}},
	}
	for s := range all {
		for p := range all[s].ports {
			all[s].ports[p].station = &all[s]
		}
	}
	return all
}

// config returns a model in the detailed shape, a new value every time.
func (m *model) config() ll2.SpacecraftConfig {
	c := ll2.SpacecraftConfig{
		ID:                    m.id,
		URL:                   address("config/spacecraft", m.id),
		Name:                  m.name,
		Type:                  m.kind,
		InUse:                 m.inUse,
		ImageURL:              ptrUnlessZero(m.picture()),
		Capability:            ptr(m.capability()),
		History:               ptr(m.history),
		Details:               ptr(m.details()),
		MaidenFlight:          ptrUnlessZero(m.maiden),
		Height:                ptrUnlessZero(m.height),
		Diameter:              ptrUnlessZero(m.diameter),
		HumanRated:            ptr(m.crew > 0),
		CrewCapacity:          ptrUnlessZero(m.crew),
		PayloadCapacity:       ptrUnlessZero(m.payload),
		PayloadReturnCapacity: ptrUnlessZero(m.payloadRet),
		FlightLife:            ptrUnlessZero(m.life),
		WikiLink:              ptr(m.wiki),
		InfoLink:              ptr(""),
	}
	if m.agency == nil {
		return c
	}
	c.Agency = m.agency.agency()
	if m.agency.countries == "USA" {
		c.NationURL = ptr("https://www.nasa.gov/")
		*c.InfoLink = "https://www.nasa.gov/international-space-station/"
	}
	return c
}

func (m *model) picture() string {
	if m == tianzhou || m == cygnus {
		return ""
	}
	return fmt.Sprintf("%sspacecraft_%d.jpg", pictures, m.id)
}

func (m *model) capability() string {
	switch {
	case m.crew > 0:
		return "Crew to low Earth orbit"
	case m.payload > 0:
		return "Cargo to low Earth orbit"
	}
	return ""
}

func (m *model) details() string {
	if m.history == "" {
		return ""
	}
	return "The type " + m.name + " (" + m.native + ") is known for its reliability – and for its queues."
}

func (a *agency) agency() *ll2.Agency {
	return &ll2.Agency{
		ID:            a.id,
		URL:           address("agencies", a.id),
		Name:          a.name,
		Type:          ptrUnlessZero(a.kind),
		Featured:      ptr(a.featured),
		CountryCode:   ptr(a.countries),
		Abbrev:        ptr(a.abbrev),
		Description:   ptrUnlessZero(a.about),
		Administrator: ptrUnlessZero(a.head),
		FoundingYear:  ptrUnlessZero(a.founded),
		Launchers:     ptr(a.launchers),
		Spacecraft:    ptr(a.craft),
		Parent:        ptrUnlessZero(a.parent),
		ImageURL:      ptrUnlessZero(a.logo()),
		LogoURL:       ptrUnlessZero(a.logo()),
	}
}

func (a *agency) logo() string {
	if !a.featured {
		return ""
	}
	return pictures + a.abbrev + ".png"
}
