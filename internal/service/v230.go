package service

// V230 returns the rules of docking_events/ in version 2.3.0, for rows in the
// detailed shape. Rows in the normal shape work as well: their detailed form then has
// no more than they have, and its label says so.
//
// Each side of an event has three fields, of which one has a value. The target is the
// same in both shapes, and so is the docking location.
func V230() *Rules {
	const (
		docking       = "docking"
		vehicle       = "flight_vehicle_chaser."
		station       = "space_station_chaser."
		flight        = "payload_flight_chaser."
		payload       = flight + "payload."
		manufacturer  = payload + "manufacturer."
		operator      = payload + "operator."
		response      = "response_mode"
		listed        = "list"
		vehicleLaunch = vehicle + "launch."
		payloadLaunch = flight + "launch."
	)
	details := []string{
		vehicle + response,

		station + "status",
		station + "founded",
		station + "deorbited",
		station + "description",
		station + "orbit",
		station + "type",

		payload + "wiki_link",
		payload + "info_link",
		payload + "program",
		payload + "cost",
		payload + "mass",
		payload + "description",
	}
	for _, agency := range []string{manufacturer, operator} {
		for _, key := range detailsOfAgency {
			details = append(details, agency+key)
		}
	}
	for _, launch := range []string{vehicleLaunch, payloadLaunch} {
		for _, key := range detailsOfLaunch {
			details = append(details, launch+key)
		}
	}
	return &Rules{
		Fields: map[string]Kind{
			docking:                    Time,
			"departure":                Time,
			"flight_vehicle_chaser.id": Number,
			"docking_location.id":      Number,
			"space_station_target.id":  Number,
		},
		Filters: map[string]Filter{
			"space_station_target__id":  {"space_station_target.id", Equal},
			"flight_vehicle_chaser__id": {"flight_vehicle_chaser.id", Equal},
			"docking_location__id":      {"docking_location.id", Equal},
			"docking__gt":               {docking, Greater},
			"docking__gte":              {docking, GreaterOrEqual},
			"docking__lt":               {docking, Less},
			"docking__lte":              {docking, LessOrEqual},
		},
		Orders: map[string]string{
			docking:     docking,
			"departure": "departure",
		},
		Search: []string{
			"docking_location.name",
			"flight_vehicle_chaser.spacecraft.name",
			"flight_vehicle_target.spacecraft.name",
			"payload_flight_chaser.payload.name",
			"payload_flight_target.payload.name",
			"space_station_chaser.name",
			"space_station_target.name",
		},
		Details: details,
		Labels: map[string]string{
			response:                "normal",
			flight + response:       listed,
			payload + response:      listed,
			manufacturer + response: listed,
			operator + response:     listed,
		},
	}
}

// The keys of the launch and the agency of a detailed chaser that their short forms
// lack.
var (
	detailsOfLaunch = []string{
		"response_mode",
		"slug",
		"launch_designator",
		"status",
		"last_updated",
		"net",
		"net_precision",
		"window_end",
		"window_start",
		"image",
		"infographic",
		"probability",
		"weather_concerns",
		"failreason",
		"hashtag",
		"launch_service_provider",
		"rocket",
		"mission",
		"pad",
		"webcast_live",
		"program",
		"orbital_launch_attempt_count",
		"location_launch_attempt_count",
		"pad_launch_attempt_count",
		"agency_launch_attempt_count",
		"orbital_launch_attempt_count_year",
		"location_launch_attempt_count_year",
		"pad_launch_attempt_count_year",
		"agency_launch_attempt_count_year",
	}
	detailsOfAgency = []string{
		"featured",
		"country",
		"description",
		"administrator",
		"founding_year",
		"launchers",
		"spacecraft",
		"parent",
		"image",
		"logo",
		"social_logo",
	}
)
