package ll2test

import (
	"strings"

	"github.com/docking-event/ll2/ll230"
)

// flight returns the flight of a payload: in the long form for the chaser of a
// detailed event, in the short one for a target.
func (c *shipment) flight(chaser bool) *ll230.PayloadFlight {
	by := c.of.maker
	if by == nil {
		by = nasa
	}
	f := &ll230.PayloadFlight{
		ResponseMode: label(chaser),
		ID:           c.id,
		URL:          address230("payload_flights", c.id),
		Amount:       1,
		Payload:      c.payload(chaser),
		Launch:       ascent{uuid(c.id, 1), c.id, c.launched, c.name, by}.launch(chaser),
	}
	if c.id%3 > 0 {
		f.Destination = ptr("Orbit")
	}
	if c.landed {
		f.Landing = &ll230.Landing{ID: 9000 + c.id, URL: address230("landings", 9000+c.id), Attempt: true, Success: ptr(true),
			Description: c.name + " came back in the hold of a spaceplane."}
	}
	return f
}

// label returns the response_mode of a payload that is part of a party.
func label(chaser bool) string {
	if chaser {
		return labelNormal
	}
	return labelMini
}

// payload returns the payload of a flight.
func (c *shipment) payload(chaser bool) ll230.Payload {
	p := ll230.Payload{
		ResponseMode: label(chaser),
		ID:           c.id,
		Name:         c.name,
		Type:         c.of.kind,
		Manufacturer: c.of.maker.agency230(chaser),
		Operator:     c.of.operator.agency230(chaser),
	}
	if c.of.picture != "" {
		p.Image = image(7000+c.id, c.name, pictures+c.of.picture)
	}
	if !chaser {
		return p
	}
	p.WikiLink = ptr("https://en.wikipedia.org/wiki/" + strings.ReplaceAll(c.of.name, " ", "_"))
	p.InfoLink = ptr("")
	p.Program = []ll230.Program{}
	if c.of.operator != nil {
		p.Program = append(p.Program, *program(c.id))
		p.Cost = ptr(65_000_000)
	}
	p.Mass = ptrUnlessZero(c.of.mass)
	p.Description = ptr(c.name + " is a payload <of its own kind>.\r\nIt docks – “softly”, as they say.")
	return p
}
