package ll230

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/docking-event/ll2"
)

// A DockingEvent is one docking: a chaser came to a docking location of a target.
//
// Chaser and target are each a flight vehicle, a space station or a payload. So the
// event has three fields for each of them, of which one is set. [DockingEvent.Chaser]
// and [DockingEvent.Target] return the one that is set.
//
// The service has two shapes of an event. Lists contain the normal one unless
// [ModeDetailed] is requested. [DockingEventsService.Get] always returns the detailed
// one, which has more fields for the chaser. One struct serves both shapes. Fields
// that only one shape has are pointers, and nil in the other shape; fields that the
// service sends as null are pointers as well. [ll2.Value] returns the value of a
// pointer, or the zero value if it is nil.
//
// Encoding with encoding/json writes the service's own keys and values. The following
// is lost: nulls of keys that only one shape has; keys without a field; zeros at the
// end of a fraction (.250000Z becomes .25Z, 8.0 becomes 8); white space inside the
// values that a [Launch] keeps as JSON. If a key that both shapes have is missing, or
// is null although its field is not a pointer, it is written with the zero value.
// Decoding the result gives the same event.
//
// The data is free text written by people. The same thing can have several names, so
// compare ids. Times are not guaranteed to be in chronological order.
type DockingEvent struct {
	ID        int        `json:"id"`
	URL       string     `json:"url"`
	Docking   time.Time  `json:"docking"`
	Departure *time.Time `json:"departure"` // nil while docked, see [DockingEvent.Docked]

	DockingLocation DockingLocation `json:"docking_location"`

	SpaceStationTarget  *SpaceStation  `json:"space_station_target"`
	FlightVehicleTarget *FlightVehicle `json:"flight_vehicle_target"`
	PayloadFlightTarget *PayloadFlight `json:"payload_flight_target"`

	ResponseMode string `json:"response_mode"` // "normal" or "detailed"

	FlightVehicleChaser *FlightVehicle `json:"flight_vehicle_chaser"`
	SpaceStationChaser  *SpaceStation  `json:"space_station_chaser"`
	PayloadFlightChaser *PayloadFlight `json:"payload_flight_chaser"`
}

// Validate returns an error if the event has no id or no docking time. The service
// sends no such events: without a time, the docking would be in the year 1.
func (e *DockingEvent) Validate() error {
	switch {
	case e.ID == 0:
		return errors.New("ll2: docking event without an id")
	case e.Docking.IsZero():
		return errors.New("ll2: docking event without a docking time")
	}
	return nil
}

// Docked reports whether the chaser has not departed yet.
func (e *DockingEvent) Docked() bool { return e.Departure == nil }

// DockedAt reports whether the chaser was docked at t, that is from the docking time
// (included) to the departure time (excluded). A stay without a departure lasts
// forever. If the departure is not after the docking, DockedAt is false for every t.
func (e *DockingEvent) DockedAt(t time.Time) bool {
	return !t.Before(e.Docking) && (e.Departure == nil || t.Before(*e.Departure))
}

// Stay returns how long the chaser stayed: from docking to departure, or to now if it
// is still docked. It is negative if the departure, or now, is before the docking.
func (e *DockingEvent) Stay(now time.Time) time.Duration {
	if e.Departure != nil {
		now = *e.Departure
	}
	return now.Sub(e.Docking)
}

// String describes the event in one line: chaser, target, place and times.
func (e DockingEvent) String() string {
	s := fmt.Sprintf("docking event %d: %v at %v", e.ID, e.Chaser(), e.Target())
	if location := oneLine(e.DockingLocation.Name); location != "" {
		s += " (" + location + ")"
	}
	if e.Departure == nil {
		return s + ", docked since " + e.Docking.Format(time.RFC3339)
	}
	return s + ", " + e.Docking.Format(time.RFC3339) + " to " + e.Departure.Format(time.RFC3339)
}

// LogValue describes the event for log/slog: chaser, target, place and times. It
// works for pointers, including nil.
func (e *DockingEvent) LogValue() slog.Value {
	if e == nil {
		return slog.Value{}
	}
	attrs := []slog.Attr{
		slog.Int("id", e.ID),
		slog.String("chaser", e.Chaser().String()),
		slog.String("target", e.Target().String()),
		slog.String("location", oneLine(e.DockingLocation.Name)),
		slog.Time("docking", e.Docking),
	}
	if e.Departure != nil {
		attrs = append(attrs, slog.Time("departure", *e.Departure))
	}
	return slog.GroupValue(attrs...)
}

// OrderKey returns a key in which few events are equal, for [ll2.Resource].
func (e *DockingEvent) OrderKey() (key string, value time.Time) { return "docking", e.Docking }

// A DockingLocation is a port of a space station, of a type of spacecraft, or of a
// payload; one of the three is set. Names are not unique: several stations have a
// "forward".
type DockingLocation struct {
	ID           int               `json:"id"`
	Name         string            `json:"name"`
	SpaceStation *SpaceStation     `json:"spacestation"`
	Spacecraft   *SpacecraftConfig `json:"spacecraft"` // the type: every spacecraft of it has the port
	Payload      *Payload          `json:"payload"`
}

// A SpaceStation is the target of many dockings. Fields from Status on are nil unless
// the station is the chaser of an event in the detailed shape; they can be nil there
// as well.
type SpaceStation struct {
	ID    int    `json:"id"`
	URL   string `json:"url"`
	Name  string `json:"name"`
	Image *Image `json:"image"`

	Status      *SpaceStationStatus `json:"status,omitempty"`
	Founded     *ll2.Date           `json:"founded,omitempty"`
	Deorbited   *ll2.Date           `json:"deorbited,omitempty"`
	Description *string             `json:"description,omitempty"`
	Orbit       *string             `json:"orbit,omitempty"`
	Type        *SpaceStationType   `json:"type,omitempty"`
}

// A SpaceStationStatus is the state of a station. Known ids are 1 Active and 2
// De-Orbited; others may be added.
type SpaceStationStatus struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// A SpaceStationType says who operates a station. The only known id is 2 Government.
type SpaceStationType struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// A FlightVehicle is one flight of one [Spacecraft]. A flight can dock several times,
// so several events can have the same flight vehicle ID.
type FlightVehicle struct {
	ID             int           `json:"id"`
	URL            string        `json:"url"`
	Destination    *string       `json:"destination"` // free text; nil and "" both occur
	MissionEnd     *time.Time    `json:"mission_end"`
	Spacecraft     Spacecraft    `json:"spacecraft"`
	Launch         Launch        `json:"launch"`
	Landing        *Landing      `json:"landing"`
	Duration       *ll2.Duration `json:"duration"`
	TurnAroundTime *ll2.Duration `json:"turn_around_time"`

	// ResponseMode is nil unless it is the chaser of an event in the detailed shape.
	ResponseMode *string `json:"response_mode,omitempty"`
}

// A Spacecraft is a single vehicle, such as Soyuz 32 or the Crew Dragon Endeavour.
//
// TimeInSpace and TimeDocked are totals over all of its flights and grow while it
// flies. So the Spacecraft of a past event can differ between two requests.
type Spacecraft struct {
	ResponseMode      string           `json:"response_mode"`
	ID                int              `json:"id"`
	URL               string           `json:"url"`
	Name              string           `json:"name"`
	SerialNumber      *string          `json:"serial_number"` // nil and "" both occur
	IsPlaceholder     bool             `json:"is_placeholder"`
	Image             *Image           `json:"image"`
	InSpace           bool             `json:"in_space"`
	TimeInSpace       *ll2.Duration    `json:"time_in_space"`
	TimeDocked        *ll2.Duration    `json:"time_docked"`
	FlightsCount      *int             `json:"flights_count"`
	MissionEndsCount  *int             `json:"mission_ends_count"`
	Status            SpacecraftStatus `json:"status"`
	Description       string           `json:"description"`
	SpacecraftConfig  SpacecraftConfig `json:"spacecraft_config"`
	FastestTurnaround *ll2.Duration    `json:"fastest_turnaround"`
}

// A SpacecraftStatus is the state of a spacecraft. Known ids are 1 Active, 2 Retired,
// 3 Destroyed and 4 Single Use; there are more, and others may be added.
type SpacecraftStatus struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// A SpacecraftConfig is a type of vehicle, such as Soyuz or Crew Dragon.
type SpacecraftConfig struct {
	ResponseMode string                   `json:"response_mode"`
	ID           int                      `json:"id"`
	URL          string                   `json:"url"`
	Name         string                   `json:"name"`
	Type         SpacecraftConfigType     `json:"type"`
	Agency       Agency                   `json:"agency"`
	Family       []SpacecraftConfigFamily `json:"family"` // nil and empty both occur
	InUse        bool                     `json:"in_use"`
	Image        *Image                   `json:"image"`
}

// A SpacecraftConfigType is the kind of a [SpacecraftConfig]. Known ids are 2
// Capsule, 3 Spaceplane, 4 Cargo Resupply and 7 Lander; there are more, and others
// may be added.
type SpacecraftConfigType struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// A SpacecraftConfigFamily is a group of vehicle types, such as Dragon.
type SpacecraftConfigFamily struct {
	ResponseMode string                      `json:"response_mode"`
	ID           int                         `json:"id"`
	Name         string                      `json:"name"`
	Description  string                      `json:"description"`
	Manufacturer *Agency                     `json:"manufacturer"`
	Parent       *SpacecraftConfigFamilyMini `json:"parent"`
	MaidenFlight *ll2.Date                   `json:"maiden_flight"`
}

// A SpacecraftConfigFamilyMini is the family that contains a
// [SpacecraftConfigFamily].
type SpacecraftConfigFamilyMini struct {
	ResponseMode string `json:"response_mode"`
	ID           int    `json:"id"`
	Name         string `json:"name"`
}

// A PayloadFlight is one flight of one [Payload], such as a satellite with which a
// servicing vehicle docked.
type PayloadFlight struct {
	ResponseMode string   `json:"response_mode"`
	ID           int      `json:"id"`
	URL          string   `json:"url"`
	Destination  *string  `json:"destination"`
	Amount       int      `json:"amount"` // number of copies of the payload that flew
	Payload      Payload  `json:"payload"`
	Launch       Launch   `json:"launch"`
	Landing      *Landing `json:"landing"`
}

// A Payload is something that a rocket carried and that the service does not list as
// a spacecraft, such as Intelsat 10-02 or MEV-2. Fields from WikiLink on are nil
// unless the payload is the chaser of an event in the detailed shape.
type Payload struct {
	ResponseMode string      `json:"response_mode"`
	ID           int         `json:"id"`
	Name         string      `json:"name"`
	Type         PayloadType `json:"type"`
	Manufacturer *Agency     `json:"manufacturer"`
	Operator     *Agency     `json:"operator"`
	Image        *Image      `json:"image"`

	WikiLink    *string   `json:"wiki_link,omitempty"`
	InfoLink    *string   `json:"info_link,omitempty"`
	Program     []Program `json:"program,omitzero"`
	Cost        *int      `json:"cost,omitempty"` // in US dollars
	Mass        *float64  `json:"mass,omitempty"` // in kilograms
	Description *string   `json:"description,omitempty"`
}

// A PayloadType is the kind of a [Payload]. Known ids are 4 Technology Demonstrator
// and 7 In-Orbit Servicing, which the serviced satellites also have; there are more,
// and others may be added.
type PayloadType struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// A Program is a program that a [Payload] belongs to, such as Commercial Resupply
// Services.
type Program struct {
	ResponseMode string  `json:"response_mode"`
	ID           int     `json:"id"`
	URL          string  `json:"url"`
	Name         string  `json:"name"`
	Image        *Image  `json:"image"`
	InfoURL      *string `json:"info_url"`
	WikiURL      *string `json:"wiki_url"`
}

// An Agency is an organization that operates or makes spacecraft or payloads. Fields
// from Featured on are nil unless the agency belongs to a payload that is the chaser
// of an event in the detailed shape; they can be nil there as well.
type Agency struct {
	ResponseMode string      `json:"response_mode"`
	ID           int         `json:"id"`
	URL          string      `json:"url"`
	Name         string      `json:"name"`
	Abbrev       string      `json:"abbrev"` // can be ""
	Type         *AgencyType `json:"type"`

	Featured      *bool     `json:"featured,omitempty"`
	Country       []Country `json:"country,omitzero"`
	Description   *string   `json:"description,omitempty"`
	Administrator *string   `json:"administrator,omitempty"`
	FoundingYear  *int      `json:"founding_year,omitempty"`
	Launchers     *string   `json:"launchers,omitempty"`
	Spacecraft    *string   `json:"spacecraft,omitempty"`
	Parent        *string   `json:"parent,omitempty"`
	Image         *Image    `json:"image,omitempty"`
	Logo          *Image    `json:"logo,omitempty"`
	SocialLogo    *Image    `json:"social_logo,omitempty"`
}

// An AgencyType is the kind of an [Agency]. Known ids are 1 Government and 3
// Commercial; there are more, and others may be added.
type AgencyType struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// A Country is a country of an [Agency] or a [Location].
type Country struct {
	ID                      int    `json:"id"`
	Name                    string `json:"name"`
	Alpha2Code              string `json:"alpha_2_code"`              // of ISO 3166-1
	Alpha3Code              string `json:"alpha_3_code"`              // of ISO 3166-1
	NationalityName         string `json:"nationality_name"`          // such as French
	NationalityNameComposed string `json:"nationality_name_composed"` // such as Franco
}

// An Image is a picture with the details that its license requires. Variants can be
// nil.
type Image struct {
	ID           int            `json:"id"`
	Name         string         `json:"name"`
	ImageURL     string         `json:"image_url"`
	ThumbnailURL string         `json:"thumbnail_url"`
	Credit       *string        `json:"credit"`
	License      ImageLicense   `json:"license"`
	SingleUse    bool           `json:"single_use"`
	Variants     []ImageVariant `json:"variants"`
}

// An ImageLicense is the license of an [Image].
type ImageLicense struct {
	ID       int     `json:"id"`
	Name     string  `json:"name"`
	Priority int     `json:"priority"`
	Link     *string `json:"link"`
}

// An ImageVariant is the same picture in another form.
type ImageVariant struct {
	ID       int              `json:"id"`
	Type     ImageVariantType `json:"type"`
	ImageURL string           `json:"image_url"`
}

// An ImageVariantType names the form of an [ImageVariant].
type ImageVariantType struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}
