package ll230

import (
	"encoding/json"
	"time"
)

// A Launch is how a flight began. Fields from ResponseMode on are nil unless it is
// of the chaser of an event in the detailed shape, where they can be nil too.
//
// Its inner objects are left as the service sent them, for [json.Unmarshal] with a
// struct of yours. One that is missing is empty, and one that is null is "null".
type Launch struct {
	ID   string `json:"id"` // a UUID; 2.2.0 knows the launch by the same
	URL  string `json:"url"`
	Name string `json:"name"`

	ResponseMode     *string         `json:"response_mode,omitempty"`
	Slug             *string         `json:"slug,omitempty"`
	LaunchDesignator *string         `json:"launch_designator,omitempty"` // such as 1957-001
	Status           json.RawMessage `json:"status,omitempty"`
	LastUpdated      *time.Time      `json:"last_updated,omitempty"`
	NET              *time.Time      `json:"net,omitempty"` // no earlier than; of a past launch when it was
	NetPrecision     json.RawMessage `json:"net_precision,omitempty"`
	WindowEnd        *time.Time      `json:"window_end,omitempty"`
	WindowStart      *time.Time      `json:"window_start,omitempty"`
	Image            json.RawMessage `json:"image,omitempty"` // an [Image]
	Infographic      *string         `json:"infographic,omitempty"`
	Probability      *int            `json:"probability,omitempty"` // of good weather, in percent
	WeatherConcerns  *string         `json:"weather_concerns,omitempty"`
	FailReason       *string         `json:"failreason,omitempty"`
	Hashtag          *string         `json:"hashtag,omitempty"`

	LaunchServiceProvider json.RawMessage `json:"launch_service_provider,omitempty"` // an [Agency]
	Rocket                json.RawMessage `json:"rocket,omitempty"`
	Mission               json.RawMessage `json:"mission,omitempty"`
	Pad                   json.RawMessage `json:"pad,omitempty"`
	WebcastLive           *bool           `json:"webcast_live,omitempty"`
	Program               json.RawMessage `json:"program,omitempty"` // a list

	OrbitalLaunchAttemptCount      *int `json:"orbital_launch_attempt_count,omitempty"`
	LocationLaunchAttemptCount     *int `json:"location_launch_attempt_count,omitempty"`
	PadLaunchAttemptCount          *int `json:"pad_launch_attempt_count,omitempty"`
	AgencyLaunchAttemptCount       *int `json:"agency_launch_attempt_count,omitempty"`
	OrbitalLaunchAttemptCountYear  *int `json:"orbital_launch_attempt_count_year,omitempty"`
	LocationLaunchAttemptCountYear *int `json:"location_launch_attempt_count_year,omitempty"`
	PadLaunchAttemptCountYear      *int `json:"pad_launch_attempt_count_year,omitempty"`
	AgencyLaunchAttemptCountYear   *int `json:"agency_launch_attempt_count_year,omitempty"`
}

// A Landing is how a flight ended, or is to end.
type Landing struct {
	ID                int              `json:"id"`
	URL               string           `json:"url"`
	Attempt           bool             `json:"attempt"`
	Success           *bool            `json:"success"` // nil if it is not known yet
	Description       string           `json:"description"`
	DownrangeDistance *float64         `json:"downrange_distance"` // in kilometres
	LandingLocation   *LandingLocation `json:"landing_location"`
	Type              *LandingType     `json:"type"`
}

// A LandingType is the way of a [Landing], such as a splashdown.
type LandingType struct {
	ID          int     `json:"id"`
	Name        string  `json:"name"`
	Abbrev      string  `json:"abbrev"`
	Description *string `json:"description"`
}

// A LandingLocation is where a [Landing] goes to, such as an ocean.
type LandingLocation struct {
	ID                 int           `json:"id"`
	Name               string        `json:"name"`
	Active             bool          `json:"active"`
	Abbrev             string        `json:"abbrev"`
	Description        *string       `json:"description"`
	Location           *Location     `json:"location"`
	Longitude          *float64      `json:"longitude"`
	Latitude           *float64      `json:"latitude"`
	Image              *Image        `json:"image"`
	SuccessfulLandings *int          `json:"successful_landings"`
	AttemptedLandings  *int          `json:"attempted_landings"`
	FailedLandings     *int          `json:"failed_landings"`
	CelestialBody      CelestialBody `json:"celestial_body"`
}

// A Location is the place on the map that a [LandingLocation] is at.
type Location struct {
	ResponseMode      string   `json:"response_mode"`
	ID                int      `json:"id"`
	URL               string   `json:"url"`
	Name              string   `json:"name"`
	Active            bool     `json:"active"`
	Country           *Country `json:"country"`
	Description       *string  `json:"description"`
	Image             *Image   `json:"image"`
	MapImage          *string  `json:"map_image"`
	Longitude         *float64 `json:"longitude"`
	Latitude          *float64 `json:"latitude"`
	TimezoneName      string   `json:"timezone_name"` // such as Asia/Qyzylorda
	TotalLaunchCount  *int     `json:"total_launch_count"`
	TotalLandingCount *int     `json:"total_landing_count"`
}

// A CelestialBody is what a [LandingLocation] is on; mostly that is Earth.
type CelestialBody struct {
	ResponseMode string            `json:"response_mode"`
	ID           int               `json:"id"`
	Name         string            `json:"name"`
	Type         CelestialBodyType `json:"type"`
	Diameter     *float64          `json:"diameter"`      // in metres
	Mass         *float64          `json:"mass"`          // in kilograms
	Gravity      *float64          `json:"gravity"`       // in metres per second squared
	LengthOfDay  *string           `json:"length_of_day"` // such as "1 00:00:00"
	Atmosphere   bool              `json:"atmosphere"`
	Image        *Image            `json:"image"`
	Description  *string           `json:"description"`
	WikiURL      *string           `json:"wiki_url"`
}

// A CelestialBodyType is the kind of a [CelestialBody]; seen is 1 Planet.
type CelestialBodyType struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}
