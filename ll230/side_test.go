package ll230_test

import (
	"testing"

	"github.com/docking-event/ll2/ll230"
)

func TestChaserAndTargetAreWhicheverSideIsSet(t *testing.T) {
	t.Parallel()
	vehicle := &ll230.FlightVehicle{ID: 1, Spacecraft: ll230.Spacecraft{ID: 11, Name: "Crew Dragon"}}
	station := &ll230.SpaceStation{ID: 2, Name: "Mir"}
	payload := &ll230.PayloadFlight{ID: 3, Payload: ll230.Payload{ID: 33, Name: "MEV-2"}}
	isVehicle := ll230.Party{Kind: ll230.KindFlightVehicle, ID: 1, Name: "Crew Dragon"}
	isStation := ll230.Party{Kind: ll230.KindSpaceStation, ID: 2, Name: "Mir"}
	isPayload := ll230.Party{Kind: ll230.KindPayload, ID: 3, Name: "MEV-2"}
	for _, tc := range []struct {
		vehicle *ll230.FlightVehicle
		station *ll230.SpaceStation
		payload *ll230.PayloadFlight
		want    ll230.Party
	}{
		{nil, nil, nil, ll230.Party{}},
		{vehicle, nil, nil, isVehicle},
		{nil, station, nil, isStation},
		{nil, nil, payload, isPayload},
		{vehicle, station, payload, isVehicle}, // which no event should have
		{nil, station, payload, isStation},
	} {
		chased := ll230.DockingEvent{FlightVehicleChaser: tc.vehicle, SpaceStationChaser: tc.station, PayloadFlightChaser: tc.payload}
		if chased.Chaser() != tc.want || chased.Target() != (ll230.Party{}) {
			t.Errorf("the chaser is %+v, want %+v, and the target %+v", chased.Chaser(), tc.want, chased.Target())
		}
		target := ll230.DockingEvent{FlightVehicleTarget: tc.vehicle, SpaceStationTarget: tc.station, PayloadFlightTarget: tc.payload}
		if target.Target() != tc.want || target.Chaser() != (ll230.Party{}) {
			t.Errorf("the target is %+v, want %+v, and the chaser %+v", target.Target(), tc.want, target.Chaser())
		}
	}
}

func TestAPartyIsPrintedAsItsName(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]ll230.Party{
		"unknown":          {},
		"MEV-2":            {Kind: ll230.KindPayload, ID: 3, Name: "MEV-2"},
		"payload 3":        {Kind: ll230.KindPayload, ID: 3},
		"space station 4":  {Kind: ll230.KindSpaceStation, ID: 4},
		"flight vehicle 0": {Kind: ll230.KindFlightVehicle, Name: " \n"},
		"Crew Dragon [2J":  {Kind: ll230.KindFlightVehicle, ID: 1, Name: "Crew\r\n Dragon \x1b[2J"},
	} {
		if got := p.String(); got != want {
			t.Errorf("%#v is printed as %q, want %q", p, got, want)
		}
	}
}
