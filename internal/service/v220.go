package service

// V220 returns the rules of docking_event/ in version 2.2.0, for rows in the detailed
// shape. Rows in the normal shape work as well: their detailed form then has no more
// than they have, apart from the station, which is that of the port.
//
// The real service's search texts are not known. Here these are the names of
// spacecraft and station, the destination of the flight, and the port.
func V220() *Rules {
	const (
		docking = "docking"
		craft   = "flight_vehicle.spacecraft."
		config  = craft + "spacecraft_config."
		agency  = config + "agency."
	)
	return &Rules{
		Fields: map[string]Kind{
			"id":                  Number,
			docking:               Time,
			"departure":           Time,
			"flight_vehicle.id":   Number,
			"docking_location.id": Number,
			"space_station.id":    Number,
		},
		Filters: map[string]Filter{
			"space_station__id":    {"space_station.id", Equal},
			"flight_vehicle__id":   {"flight_vehicle.id", Equal},
			"docking_location__id": {"docking_location.id", Equal},
			"docking__gt":          {docking, Greater},
			"docking__gte":         {docking, GreaterOrEqual},
			"docking__lt":          {docking, Less},
			"docking__lte":         {docking, LessOrEqual},
		},
		Orders: map[string]string{
			"id":        "id",
			docking:     docking,
			"departure": "departure",
		},
		Search: []string{
			craft + "name",
			craft + "serial_number",
			"flight_vehicle.destination",
			"docking_location.name",
			"space_station.name",
		},
		Details: []string{
			"space_station",

			config + "capability",
			config + "history",
			config + "details",
			config + "maiden_flight",
			config + "height",
			config + "diameter",
			config + "human_rated",
			config + "crew_capacity",
			config + "payload_capacity",
			config + "payload_return_capacity",
			config + "flight_life",
			config + "nation_url",
			config + "wiki_link",
			config + "info_link",

			agency + "featured",
			agency + "country_code",
			agency + "abbrev",
			agency + "description",
			agency + "administrator",
			agency + "founding_year",
			agency + "launchers",
			agency + "spacecraft",
			agency + "parent",
			agency + "image_url",
			agency + "logo_url",
		},
		Defaults: map[string]string{
			"space_station": "docking_location.spacestation",
		},
	}
}
