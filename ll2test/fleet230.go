package ll2test

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/docking-event/ll2"
	"github.com/docking-event/ll2/ll230"
)

// The things of the made-up history in the shapes of version 2.3.0, with pictures and
// with data that 2.2.0 does not have.

const (
	labelMini     = "list"
	labelNormal   = "normal"
	labelDetailed = "detailed"
)

func address230(list string, id int) string {
	return fmt.Sprintf("https://ll.thespacedevs.com/2.3.0/%s/%d/", list, id)
}

// image returns a picture, with or without its optional parts. It returns nil if file
// is "".
func image(id int, of, file string) *ll230.Image {
	if file == "" {
		return nil
	}
	i := &ll230.Image{
		ID:           id,
		Name:         "[AUTO] " + of + " - image",
		ImageURL:     file,
		ThumbnailURL: fmt.Sprintf("%s255bauto255d__image_thumbnail_%d.jpeg", pictures, int64(20240305184631)+int64(id)),
		License:      ll230.ImageLicense{ID: 1, Name: "Unknown", Priority: 9},
		SingleUse:    id%3 > 0,
		Variants:     []ll230.ImageVariant{},
	}
	if id%2 == 0 {
		i.Credit = ptr("NASA")
		i.License = ll230.ImageLicense{ID: 4, Name: "NASA Image and Media Guidelines",
			Link: ptr("https://www.nasa.gov/nasa-brand-center/images-and-media/")}
	}
	if id%5 == 0 {
		i.Variants = append(i.Variants, ll230.ImageVariant{ID: id, Type: ll230.ImageVariantType{ID: 1, Name: "Square"},
			ImageURL: strings.TrimSuffix(file, path.Ext(file)) + "_square" + path.Ext(file)})
	}
	return i
}

// agency230 returns an agency in its short form, or in the long one that the payload
// of a detailed chaser has.
func (a *agency) agency230(long bool) *ll230.Agency {
	if a == nil {
		return nil
	}
	of := &ll230.Agency{
		ResponseMode: labelMini,
		ID:           a.id,
		URL:          address230("agencies", a.id),
		Name:         a.name,
		Abbrev:       a.abbrev,
	}
	if id := agencyTypes[a.kind]; id > 0 {
		of.Type = &ll230.AgencyType{ID: id, Name: a.kind}
	}
	if !long {
		return of
	}
	of.ResponseMode = labelNormal
	of.Featured = ptr(a.featured)
	of.Country = countriesOf(a.countries)
	of.Description = ptrUnlessZero(a.about)
	of.Administrator = ptrUnlessZero(a.head)
	if a.founded != "" {
		t, _ := time.Parse("2006", a.founded)
		of.FoundingYear = ptr(t.Year())
	}
	of.Launchers = ptr(a.launchers)
	of.Spacecraft = ptr(a.craft)
	of.Parent = ptrUnlessZero(a.parent)
	of.Image = image(a.id, a.name, a.logo())
	of.Logo = image(a.id+1, a.name+" - logo", a.logo())
	of.SocialLogo = image(a.id+2, a.name+" - social_logo", a.logo())
	return of
}

var agencyTypes = map[string]int{"Government": 1, "Multinational": 2, "Commercial": 3}

// countriesOf splits the country codes, which are one text with commas in 2.2.0.
func countriesOf(codes string) []ll230.Country {
	list := []ll230.Country{}
	for _, c := range countries {
		if strings.Contains(codes, c.Alpha3Code) {
			list = append(list, c)
		}
	}
	return list
}

var countries = []ll230.Country{
	{ID: 1, Name: "China", Alpha2Code: "CN", Alpha3Code: "CHN", NationalityName: "Chinese", NationalityNameComposed: "Sino"},
	{ID: 2, Name: "United States of America", Alpha2Code: "US", Alpha3Code: "USA", NationalityName: "American", NationalityNameComposed: "Americano"},
	{ID: 3, Name: "France", Alpha2Code: "FR", Alpha3Code: "FRA", NationalityName: "French", NationalityNameComposed: "Franco"},
	{ID: 4, Name: "Germany", Alpha2Code: "DE", Alpha3Code: "DEU", NationalityName: "German", NationalityNameComposed: "Germano"},
	{ID: 5, Name: "Russia", Alpha2Code: "RU", Alpha3Code: "RUS", NationalityName: "Russian", NationalityNameComposed: "Russo"},
	{ID: 6, Name: "Italy", Alpha2Code: "IT", Alpha3Code: "ITA", NationalityName: "Italian", NationalityNameComposed: "Italo"},
	{ID: 7, Name: "Japan", Alpha2Code: "JP", Alpha3Code: "JPN", NationalityName: "Japanese", NationalityNameComposed: "Japano"},
	{ID: 44, Name: "Kazakhstan", Alpha2Code: "KZ", Alpha3Code: "KAZ", NationalityName: "Kazakh", NationalityNameComposed: "Kazakhstani"},
}

func countryOf(code string) *ll230.Country {
	for _, c := range countriesOf(code) {
		return &c
	}
	return nil
}

// config230 returns a model. It always has an agency.
func (m *model) config230() ll230.SpacecraftConfig {
	by := m.agency
	if by == nil {
		by = jaxa
	}
	return ll230.SpacecraftConfig{
		ResponseMode: labelNormal,
		ID:           m.id,
		URL:          address230("spacecraft_configurations", m.id),
		Name:         m.name,
		Type:         ll230.SpacecraftConfigType{ID: m.kind.ID, Name: m.kind.Name},
		Agency:       *by.agency230(false),
		Family:       m.family(),
		InUse:        m.inUse,
		Image:        image(1000+m.id, m.name, m.picture()),
	}
}

// family returns the families of a model: null and an empty list are the same to the
// service.
func (m *model) family() []ll230.SpacecraftConfigFamily {
	family := ll230.SpacecraftConfigFamily{ResponseMode: labelNormal}
	switch m.id {
	case soyuz.id, progress.id:
		family.ID, family.Name = 1, "Soyuz"
		family.Description = "Craft of one design – “the longest-lived one”."
		family.MaidenFlight = ptrUnlessZero(soyuz.maiden)
	case cargoDragon.id, crewDragon.id:
		family.ID, family.Name = 2, "Dragon "+m.life
		family.Parent = &ll230.SpacecraftConfigFamilyMini{ResponseMode: labelMini, ID: 3, Name: "Dragon"}
		family.Manufacturer = m.agency.agency230(false)
	case shuttle.id, atv.id, htv.id:
		return nil
	default:
		return []ll230.SpacecraftConfigFamily{}
	}
	return []ll230.SpacecraftConfigFamily{family}
}

// spacecraft230 returns a spacecraft with the data of 2.2.0 and two more fields.
func (c *craft) spacecraft230() ll230.Spacecraft {
	s := c.spacecraft()
	return ll230.Spacecraft{
		ResponseMode:      labelNormal,
		ID:                s.ID,
		URL:               address230("spacecraft", s.ID),
		Name:              s.Name,
		SerialNumber:      s.SerialNumber,
		IsPlaceholder:     s.IsPlaceholder,
		Image:             image(2000+c.id, c.name, c.picture()),
		InSpace:           s.InSpace,
		TimeInSpace:       s.TimeInSpace,
		TimeDocked:        s.TimeDocked,
		FlightsCount:      s.FlightsCount,
		MissionEndsCount:  s.MissionEndsCount,
		Status:            ll230.SpacecraftStatus{ID: s.Status.ID, Name: s.Status.Name},
		Description:       s.Description,
		SpacecraftConfig:  c.model.config230(),
		FastestTurnaround: c.fastestTurnaround(),
	}
}

func (c *craft) picture() string {
	if c.id%4 > 0 {
		return ""
	}
	return fmt.Sprintf("%scraft_%d.jpg", pictures, c.id)
}

func (c *craft) fastestTurnaround() *ll2.Duration {
	var fastest *ll2.Duration
	for _, f := range c.flights {
		if d := f.turnAround(); d != nil && (fastest == nil || d.Duration < fastest.Duration) {
			fastest = d
		}
	}
	return fastest
}

// mini returns a station in its short form.
func (s *station) mini() *ll230.SpaceStation {
	return &ll230.SpaceStation{
		ID:    s.id,
		URL:   address230("space_stations", s.id),
		Name:  s.name,
		Image: image(1900+s.id, s.name, s.picture),
	}
}

// normal returns a station as a detailed chaser.
func (s *station) normal() *ll230.SpaceStation {
	of := s.mini()
	if s.id%2 > 0 { // with few known fields
		return of
	}
	of.Status = &ll230.SpaceStationStatus{ID: 1, Name: "Active"}
	if !s.closed.IsZero() {
		of.Status = &ll230.SpaceStationStatus{ID: 2, Name: "De-Orbited"}
		of.Deorbited = dateOf(s.closed)
	}
	of.Founded = dateOf(s.opened)
	of.Description = ptr(s.name + " is a space station.\r\nIt takes part in dockings of both kinds.")
	of.Orbit = ptr("Low Earth Orbit")
	of.Type = &ll230.SpaceStationType{ID: 2, Name: "Government"}
	return of
}

func dateOf(t time.Time) *ll2.Date {
	year, month, day := t.Date()
	return &ll2.Date{Year: year, Month: month, Day: day}
}
