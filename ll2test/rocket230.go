package ll2test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
)

// The objects that an ll230.Launch keeps as JSON.
type (
	launchStatus struct {
		ID          int    `json:"id"`
		Name        string `json:"name"`
		Abbrev      string `json:"abbrev"`
		Description string `json:"description"`
	}
	mission struct {
		ID          int             `json:"id"`
		Name        string          `json:"name"`
		Type        string          `json:"type"`
		Description string          `json:"description"`
		Image       *ll230.Image    `json:"image"`
		Orbit       orbit           `json:"orbit"`
		Agencies    []*ll230.Agency `json:"agencies"`
		InfoURLs    []string        `json:"info_urls"`
		VidURLs     []string        `json:"vid_urls"`
	}
	orbit struct {
		ID            int    `json:"id"`
		Name          string `json:"name"`
		Abbrev        string `json:"abbrev"`
		CelestialBody family `json:"celestial_body"`
	}
	family struct {
		ResponseMode string `json:"response_mode"`
		ID           int    `json:"id"`
		Name         string `json:"name"`
	}
	rocket struct {
		ID            int      `json:"id"`
		Configuration launcher `json:"configuration"`
	}
	launcher struct {
		ResponseMode string   `json:"response_mode"`
		ID           int      `json:"id"`
		URL          string   `json:"url"`
		Name         string   `json:"name"`
		Families     []family `json:"families"`
		FullName     string   `json:"full_name"`
		Variant      string   `json:"variant"`
	}
	pad struct {
		ID                        int             `json:"id"`
		URL                       string          `json:"url"`
		Active                    bool            `json:"active"`
		Agencies                  []*ll230.Agency `json:"agencies"`
		Name                      string          `json:"name"`
		Image                     *ll230.Image    `json:"image"`
		Description               *string         `json:"description"`
		InfoURL                   *string         `json:"info_url"`
		WikiURL                   *string         `json:"wiki_url"`
		MapURL                    *string         `json:"map_url"`
		Latitude                  *float64        `json:"latitude"`
		Longitude                 *float64        `json:"longitude"`
		Country                   *ll230.Country  `json:"country"`
		MapImage                  *string         `json:"map_image"`
		TotalLaunchCount          *int            `json:"total_launch_count"`
		OrbitalLaunchAttemptCount *int            `json:"orbital_launch_attempt_count"`
		FastestTurnaround         *ll2.Duration   `json:"fastest_turnaround"`
		Location                  *site230        `json:"location"`
	}
	site230 struct {
		ResponseMode  string         `json:"response_mode"`
		ID            int            `json:"id"`
		URL           string         `json:"url"`
		Name          string         `json:"name"`
		CelestialBody family         `json:"celestial_body"`
		Country       *ll230.Country `json:"country"`
		Description   *string        `json:"description"`
		Image         *ll230.Image   `json:"image"`
		MapImage      *string        `json:"map_image"`
		TimezoneName  string         `json:"timezone_name"`
	}
)

func null() json.RawMessage { return json.RawMessage("null") }

// raw encodes v as JSON.
func raw(v any) json.RawMessage {
	text, err := encode(v)
	if err != nil {
		panic(err) // all values are in this file
	}
	return text
}

func (a ascent) mission() mission {
	return mission{
		ID:          1400 + a.number,
		Name:        a.payload,
		Type:        "Resupply",
		Description: a.payload + " is launched to dock in orbit. The flight to its target takes two days & some hours.",
		Orbit:       orbit{8, "Low Earth Orbit", "LEO", family{labelMini, 1, "Earth"}},
		Agencies:    []*ll230.Agency{},
		InfoURLs:    []string{},
		VidURLs:     []string{},
	}
}

// A launchVehicle is a rocket with its launch site.
type launchVehicle struct {
	id            int
	name, variant string
	site          string // with its pad
	country, zone string
	lat, long     float64
}

// rocketOf returns the rocket that an agency uses at that time.
func rocketOf(by *agency, at time.Time) launchVehicle {
	american := launchVehicle{164, "Falcon 9 Block 5", "Block 5", "Kennedy Space Center, FL, USA", "USA", "America/New_York", 28.608, -80.604}
	switch year := at.Year(); {
	case year < 1976:
		american.id, american.name, american.variant = 29, "Saturn V", "V"
	case year < 2012:
		american.id, american.name, american.variant = 34, "Space Shuttle", "STS"
	}
	switch by.countries {
	case "RUS":
		return launchVehicle{468, "Soyuz-U", "U", "Baikonur Cosmodrome, Republic of Kazakhstan", "KAZ", "Asia/Qyzylorda", 45.92, 63.342}
	case "CHN":
		return launchVehicle{117, "Long March 2F", "2F", "Jiuquan Satellite Launch Center, People's Republic of China", "CHN", "Asia/Shanghai", 40.958, 100.291}
	case "JPN":
		return launchVehicle{192, "H-IIB 304", "304", "Tanegashima Space Center, Japan", "JPN", "Asia/Tokyo", 30.401, 130.977}
	case "USA":
		return american
	}
	return launchVehicle{80, "Ariane 5 ES", "ES", "Guiana Space Centre, French Guiana", "FRA", "America/Cayenne", 5.239, -52.768}
}

func (r launchVehicle) rocket(number int) rocket {
	return rocket{3000 + number, launcher{labelMini, r.id, address230("launcher_configurations", r.id), r.name,
		[]family{{labelMini, r.id + 1000, r.name}}, r.name, r.variant}}
}

// pad returns the pad of an ascent. Some pads have few known fields.
func (r launchVehicle) pad(a ascent) pad {
	const about = "One of the places from which people went to space. It has pads for crews & cargo, an airfield, and a museum."
	p := pad{
		ID:       r.id + 50,
		URL:      address230("pads", r.id+50),
		Active:   true,
		Agencies: []*ll230.Agency{a.by.agency230(true)},
		Name:     "Pad " + r.variant,
	}
	if a.number%3 == 0 {
		return p
	}
	p.WikiURL = ptr("")
	p.MapURL = ptr(fmt.Sprintf("https://www.google.com/maps?q=%v,%v", r.lat, r.long))
	p.Latitude, p.Longitude = ptr(r.lat), ptr(r.long)
	p.Country = countryOf(r.country)
	p.MapImage = ptr(fmt.Sprintf("%spad_%d.jpg", pictures, p.ID))
	p.TotalLaunchCount, p.OrbitalLaunchAttemptCount = ptr(487), ptr(480)
	p.FastestTurnaround = &ll2.Duration{Duration: 23*time.Hour + 32*time.Minute + 33*time.Second}
	p.Location = &site230{
		ResponseMode:  labelMini,
		ID:            r.id + 20,
		URL:           address230("locations", r.id+20),
		Name:          r.site,
		CelestialBody: family{labelMini, 1, "Earth"},
		Country:       countryOf(r.country),
		Description:   ptr(about),
		Image:         image(2100+r.id, r.site, pictures+"launch_site.jpg"),
		MapImage:      ptr(fmt.Sprintf("%slocation_%d.jpg", pictures, r.id)),
		TimezoneName:  r.zone,
	}
	return p
}
