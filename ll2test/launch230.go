package ll2test

import (
	"fmt"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
)

// beforeDocking is the time between the launch of a flight and its first docking.
const beforeDocking = 49 * time.Hour

// vehicle returns a flight: in the long form for the chaser of a detailed event, in
// the short one for a target.
func (f *flight) vehicle(chaser bool) *ll230.FlightVehicle {
	v := &ll230.FlightVehicle{
		ID:             f.id,
		URL:            address230("spacecraft_flights", f.id),
		Destination:    f.destination(),
		MissionEnd:     f.missionEnd(),
		Spacecraft:     f.craft.spacecraft230(),
		Launch:         f.ascent().launch(chaser),
		Landing:        f.landing(),
		Duration:       f.duration(),
		TurnAroundTime: f.turnAround(),
	}
	if chaser {
		v.ResponseMode = ptr(labelNormal)
	}
	return v
}

func (f *flight) launched() time.Time {
	return f.first.docking.Add(-beforeDocking).Truncate(time.Second)
}

func (f *flight) duration() *ll2.Duration {
	end := f.missionEnd()
	if end == nil {
		return nil
	}
	return &ll2.Duration{Duration: end.Sub(f.launched()).Truncate(time.Second)}
}

// turnAround returns the time that the spacecraft was on the ground before the
// flight.
func (f *flight) turnAround() *ll2.Duration {
	for i, other := range f.craft.flights {
		if other == f && i > 0 {
			before := f.craft.flights[i-1].last.departure
			if before.IsZero() || before.After(f.launched()) {
				return nil
			}
			return &ll2.Duration{Duration: f.launched().Sub(before).Truncate(time.Second)}
		}
	}
	return nil
}

// An ascent is the launch of a flight, of a vehicle or of a payload.
type ascent struct {
	id      string
	number  int // different for each launch
	at      time.Time
	payload string
	by      *agency
}

func (f *flight) ascent() ascent {
	by := f.craft.model.agency
	if by == nil {
		by = jaxa
	}
	return ascent{uuid(f.id, 0), f.id, f.launched(), f.craft.name, by}
}

// launch returns an ascent in the long form or the short one.
func (a ascent) launch(long bool) ll230.Launch {
	r := rocketOf(a.by, a.at)
	name := r.name + " | " + a.payload
	l := ll230.Launch{ID: a.id, URL: "https://ll.thespacedevs.com/2.3.0/launches/" + a.id + "/", Name: name}
	if !long {
		return l
	}
	number := a.number % 500
	l.ResponseMode = ptr(labelNormal)
	l.Slug = ptr(strings.ToLower(strings.NewReplacer(" | ", "-", " ", "-").Replace(name)))
	l.Status = raw(launchStatus{3, "Launch Successful", "Success", "The launch vehicle successfully inserted its payload(s) into the target orbit(s)."})
	l.LastUpdated = ptr(a.at.Add(36 * time.Hour))
	l.NET, l.WindowStart, l.WindowEnd = ptr(a.at), ptr(a.at), ptr(a.at.Add(time.Duration(a.number%3)*10*time.Minute))
	l.NetPrecision, l.Image, l.Pad = null(), null(), raw(r.pad(a))
	l.LaunchServiceProvider = raw(a.by.agency230(false))
	l.Rocket = raw(r.rocket(a.number))
	l.Mission = raw(a.mission())
	l.WebcastLive = ptr(false)
	l.Program = raw([]ll230.Program{})
	if a.number%2 == 0 {
		l.LaunchDesignator = ptr(fmt.Sprintf("%d-%03d", a.at.Year(), 1+a.number%120))
		l.NetPrecision = raw(launchStatus{1, "Minute", "MIN", "The T-0 is accurate to the minute."})
		l.Image = raw(image(3000+a.number, r.name, fmt.Sprintf("%srocket_%d.jpg", pictures, r.id)))
		l.FailReason = ptr("")
		l.Hashtag = ptr("#" + r.variant)
		l.Program = raw([]ll230.Program{*program(a.number)})
		l.OrbitalLaunchAttemptCount, l.LocationLaunchAttemptCount = ptr(number+10), ptr(number+9)
		l.PadLaunchAttemptCount, l.AgencyLaunchAttemptCount = ptr(number+5), ptr(number+7)
		l.OrbitalLaunchAttemptCountYear, l.LocationLaunchAttemptCountYear = ptr(4), ptr(3)
		l.PadLaunchAttemptCountYear, l.AgencyLaunchAttemptCountYear = ptr(1), ptr(2)
	}
	switch a.number % 7 {
	case 1:
		l.Infographic = ptr(fmt.Sprintf("%sinfographic_%d.png", pictures, a.number))
		l.Probability = ptr(80)
		l.WeatherConcerns = ptr("Cumulus clouds, surface winds ≥ 20 kn")
	case 2:
		l.Status, l.Rocket, l.Mission, l.Pad, l.Program = null(), null(), null(), null(), null()
	}
	return l
}

// program returns the program of a launch or a payload.
func program(number int) *ll230.Program {
	p := &ll230.Program{ResponseMode: labelMini, ID: 11, URL: address230("programs", 11), Name: "Commercial Resupply Services"}
	if number%4 == 0 {
		p.InfoURL = ptr("https://www.nasa.gov/commercial-resupply/")
		p.WikiURL = ptr("https://en.wikipedia.org/wiki/Commercial_Resupply_Services")
		p.Image = image(4000+number, p.Name, pictures+"program_11.jpg")
	}
	return p
}
