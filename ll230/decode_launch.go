package ll230

import (
	"encoding/json"

	"github.com/docking-event/ll2/internal/jsonscan"
)

func (l *Launch) scan(s *jsonscan.Scanner) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Text(&l.ID)
		case "url":
			s.Text(&l.URL)
		case "name":
			s.Text(&l.Name)
		case "response_mode":
			s.TextPointer(&l.ResponseMode)
		case "slug":
			s.TextPointer(&l.Slug)
		case "launch_designator":
			s.TextPointer(&l.LaunchDesignator)
		case "status":
			l.Status = s.Raw()
		case "last_updated":
			s.TimePointer(&l.LastUpdated)
		case "net":
			s.TimePointer(&l.NET)
		case "net_precision":
			l.NetPrecision = s.Raw()
		case "window_end":
			s.TimePointer(&l.WindowEnd)
		case "window_start":
			s.TimePointer(&l.WindowStart)
		case "image":
			l.Image = s.Raw()
		case "infographic":
			s.TextPointer(&l.Infographic)
		case "probability":
			s.IntPointer(&l.Probability)
		case "weather_concerns":
			s.TextPointer(&l.WeatherConcerns)
		case "failreason":
			s.TextPointer(&l.FailReason)
		case "hashtag":
			s.TextPointer(&l.Hashtag)
		case "launch_service_provider":
			l.LaunchServiceProvider = s.Raw()
		case "rocket":
			l.Rocket = s.Raw()
		case "mission":
			l.Mission = s.Raw()
		case "pad":
			l.Pad = s.Raw()
		case "webcast_live":
			s.BoolPointer(&l.WebcastLive)
		case "program":
			l.Program = s.Raw()
		case "orbital_launch_attempt_count":
			s.IntPointer(&l.OrbitalLaunchAttemptCount)
		case "location_launch_attempt_count":
			s.IntPointer(&l.LocationLaunchAttemptCount)
		case "pad_launch_attempt_count":
			s.IntPointer(&l.PadLaunchAttemptCount)
		case "agency_launch_attempt_count":
			s.IntPointer(&l.AgencyLaunchAttemptCount)
		case "orbital_launch_attempt_count_year":
			s.IntPointer(&l.OrbitalLaunchAttemptCountYear)
		case "location_launch_attempt_count_year":
			s.IntPointer(&l.LocationLaunchAttemptCountYear)
		case "pad_launch_attempt_count_year":
			s.IntPointer(&l.PadLaunchAttemptCountYear)
		case "agency_launch_attempt_count_year":
			s.IntPointer(&l.AgencyLaunchAttemptCountYear)
		default:
			s.Unknown(key)
		}
	}
	own(&l.Status, &l.NetPrecision, &l.Image, &l.LaunchServiceProvider, &l.Rocket, &l.Mission, &l.Pad, &l.Program)
}

// own copies values that are parts of the body, which would be kept with them. They
// share one allocation, and none can grow into the next.
func own(values ...*json.RawMessage) {
	size := 0
	for _, v := range values {
		size += len(*v)
	}
	if size == 0 {
		return
	}
	all := make([]byte, 0, size)
	for _, v := range values {
		if *v != nil {
			start := len(all)
			all = append(all, *v...)
			*v = all[start:len(all):len(all)]
		}
	}
}

func (l *Landing) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&l.ID)
		case "url":
			s.Text(&l.URL)
		case "attempt":
			s.Bool(&l.Attempt)
		case "success":
			s.BoolPointer(&l.Success)
		case "description":
			s.Text(&l.Description)
		case "downrange_distance":
			s.FloatPointer(&l.DownrangeDistance)
		case "landing_location":
			scanPointer(s, b, &l.LandingLocation, &b.locations)
		case "type":
			scanPointer(s, b, &l.Type, &b.ways)
		default:
			s.Unknown(key)
		}
	}
}

func (t *LandingType) scan(s *jsonscan.Scanner, _ *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&t.ID)
		case "name":
			s.Text(&t.Name)
		case "abbrev":
			s.Text(&t.Abbrev)
		case "description":
			s.TextPointer(&t.Description)
		default:
			s.Unknown(key)
		}
	}
}

func (l *LandingLocation) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&l.ID)
		case "name":
			s.Text(&l.Name)
		case "active":
			s.Bool(&l.Active)
		case "abbrev":
			s.Text(&l.Abbrev)
		case "description":
			s.TextPointer(&l.Description)
		case "location":
			scanPointer(s, b, &l.Location, nil)
		case "longitude":
			s.FloatPointer(&l.Longitude)
		case "latitude":
			s.FloatPointer(&l.Latitude)
		case "image":
			scanPointer(s, b, &l.Image, &b.images)
		case "successful_landings":
			s.IntPointer(&l.SuccessfulLandings)
		case "attempted_landings":
			s.IntPointer(&l.AttemptedLandings)
		case "failed_landings":
			s.IntPointer(&l.FailedLandings)
		case "celestial_body":
			l.CelestialBody.scan(s, b)
		default:
			s.Unknown(key)
		}
	}
}

func (l *Location) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "response_mode":
			s.Text(&l.ResponseMode)
		case "id":
			s.Int(&l.ID)
		case "url":
			s.Text(&l.URL)
		case "name":
			s.Text(&l.Name)
		case "active":
			s.Bool(&l.Active)
		case "country":
			scanPointer(s, b, &l.Country, nil)
		case "description":
			s.TextPointer(&l.Description)
		case "image":
			scanPointer(s, b, &l.Image, &b.images)
		case "map_image":
			s.TextPointer(&l.MapImage)
		case "longitude":
			s.FloatPointer(&l.Longitude)
		case "latitude":
			s.FloatPointer(&l.Latitude)
		case "timezone_name":
			s.Text(&l.TimezoneName)
		case "total_launch_count":
			s.IntPointer(&l.TotalLaunchCount)
		case "total_landing_count":
			s.IntPointer(&l.TotalLandingCount)
		default:
			s.Unknown(key)
		}
	}
}

func (c *CelestialBody) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "response_mode":
			s.Text(&c.ResponseMode)
		case "id":
			s.Int(&c.ID)
		case "name":
			s.Text(&c.Name)
		case "type":
			scanNamed(s, &c.Type.ID, &c.Type.Name)
		case "diameter":
			s.FloatPointer(&c.Diameter)
		case "mass":
			s.FloatPointer(&c.Mass)
		case "gravity":
			s.FloatPointer(&c.Gravity)
		case "length_of_day":
			s.TextPointer(&c.LengthOfDay)
		case "atmosphere":
			s.Bool(&c.Atmosphere)
		case "image":
			scanPointer(s, b, &c.Image, &b.images)
		case "description":
			s.TextPointer(&c.Description)
		case "wiki_url":
			s.TextPointer(&c.WikiURL)
		default:
			s.Unknown(key)
		}
	}
}
