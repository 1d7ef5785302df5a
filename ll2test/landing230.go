package ll2test

import (
	"fmt"

	"github.com/docking-event/ll2/ll230"
)

// landing returns the landing of a flight. Most cargo spacecraft burn up.
func (f *flight) landing() *ll230.Landing {
	m := f.craft.model
	if m.crew == 0 && m.payloadRet == 0 {
		return nil
	}
	l := &ll230.Landing{
		ID:      6000 + f.id,
		URL:     address230("landings", 6000+f.id),
		Attempt: true,
	}
	if f.inSpace() {
		return l // with no known fields yet
	}
	l.Success = ptr(true)
	l.Description = f.craft.name + " came down after its departure on " + f.last.departure.Format("2 January 2006") + "."
	if f.id%3 == 0 {
		l.DownrangeDistance = ptr(float64(f.id%90) + 0.5)
	}
	l.Type = &ll230.LandingType{ID: 3, Name: "Parachute", Abbrev: "PAR", Description: ptr("Parachute landing on the ground.")}
	switch {
	case m == lunarModule:
		l.Type = &ll230.LandingType{ID: 5, Name: "Vertical", Abbrev: "V"}
		l.LandingLocation = landingLocation(21, "Mare Tranquillitatis", "MT", moon())
	case m.agency == roscosmos:
		l.LandingLocation = landingLocation(11, "Kazakh Steppe", "KAZ", earth())
		l.LandingLocation.Location = landingSite("KAZ", "Asia/Qyzylorda")
		l.LandingLocation.Latitude, l.LandingLocation.Longitude = ptr(47.3), ptr(69.6)
	case m.kind == plane:
		l.Type = &ll230.LandingType{ID: 6, Name: "Horizontal", Abbrev: "HOR", Description: ptr("Landing on a runway.")}
		l.LandingLocation = landingLocation(12, "Shuttle Landing Facility", "SLF", earth())
		l.LandingLocation.Location = landingSite("USA", "America/New_York")
		l.LandingLocation.Location.MapImage = ptr(pictures + "location_27.jpg")
	default:
		l.LandingLocation = landingLocation(9, "Atlantic Ocean", "ATL", earth())
	}
	return l
}

// landingLocation returns a place. The higher its number, the more fields are set.
func landingLocation(id int, name, abbrev string, on ll230.CelestialBody) *ll230.LandingLocation {
	l := &ll230.LandingLocation{ID: id, Name: name, Active: true, Abbrev: abbrev, CelestialBody: on}
	if id > 10 {
		l.Description = ptr(name + " is a place to come down at.")
		l.Image = image(5000+id, name, fmt.Sprintf("%slanding_%d.jpg", pictures, id))
		l.AttemptedLandings, l.SuccessfulLandings, l.FailedLandings = ptr(90+id), ptr(90), ptr(id)
	}
	return l
}

func landingSite(country, zone string) *ll230.Location {
	l := &ll230.Location{
		ResponseMode: labelDetailed,
		ID:           27,
		URL:          address230("locations", 27),
		Name:         "Landing site",
		Active:       true,
		TimezoneName: zone,
	}
	if country == "USA" {
		l.Country = countryOf(country)
		l.Description = ptr("A place with a long runway.")
		l.Image = image(5027, l.Name, pictures+"location_27.jpg")
		l.Latitude, l.Longitude = ptr(28.615), ptr(-80.694)
		l.TotalLaunchCount, l.TotalLandingCount = ptr(245), ptr(78)
	}
	return l
}

func earth() ll230.CelestialBody {
	return ll230.CelestialBody{
		ResponseMode: labelNormal,
		ID:           1,
		Name:         "Earth",
		Type:         ll230.CelestialBodyType{ID: 1, Name: "Planet"},
		Diameter:     ptr(12742000.0),
		Mass:         ptr(5.972168e+24),
		Gravity:      ptr(9.80655),
		LengthOfDay:  ptr("1 00:00:00"),
		Atmosphere:   true,
		Image:        image(2040, "Earth", pictures+"earth.jpg"),
		Description:  ptr("Earth is the third planet from the Sun."),
		WikiURL:      ptr("https://en.wikipedia.org/wiki/Earth"),
	}
}

// moon returns a body with few known fields.
func moon() ll230.CelestialBody {
	return ll230.CelestialBody{
		ResponseMode: labelNormal,
		ID:           2,
		Name:         "Moon",
		Type:         ll230.CelestialBodyType{ID: 2, Name: "Natural satellite"},
		Image:        image(2041, "Moon", pictures+"moon.jpg"),
	}
}
