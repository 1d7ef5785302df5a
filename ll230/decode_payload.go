package ll230

import "github.com/docking-event/ll2/internal/jsonscan"

func (f *PayloadFlight) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "response_mode":
			s.Text(&f.ResponseMode)
		case "id":
			s.Int(&f.ID)
		case "url":
			s.Text(&f.URL)
		case "destination":
			s.TextPointer(&f.Destination)
		case "amount":
			s.Int(&f.Amount)
		case "payload":
			f.Payload.scan(s, b)
		case "launch":
			f.Launch.scan(s)
		case "landing":
			b.landing(s, &f.Landing)
		default:
			s.Unknown(key)
		}
	}
}

func (p *Payload) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "response_mode":
			s.Text(&p.ResponseMode)
		case "id":
			s.Int(&p.ID)
		case "name":
			s.Text(&p.Name)
		case "type":
			scanNamed(s, &p.Type.ID, &p.Type.Name)
		case "manufacturer":
			scanPointer(s, b, &p.Manufacturer, &b.agencies)
		case "operator":
			scanPointer(s, b, &p.Operator, &b.agencies)
		case "image":
			scanPointer(s, b, &p.Image, &b.images)
		case "wiki_link":
			s.TextPointer(&p.WikiLink)
		case "info_link":
			s.TextPointer(&p.InfoLink)
		case "program":
			scanSlice(s, b, &p.Program)
		case "cost":
			s.IntPointer(&p.Cost)
		case "mass":
			s.FloatPointer(&p.Mass)
		case "description":
			s.TextPointer(&p.Description)
		default:
			s.Unknown(key)
		}
	}
}

func (p *Program) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "response_mode":
			s.Text(&p.ResponseMode)
		case "id":
			s.Int(&p.ID)
		case "url":
			s.Text(&p.URL)
		case "name":
			s.Text(&p.Name)
		case "image":
			scanPointer(s, b, &p.Image, &b.images)
		case "info_url":
			s.TextPointer(&p.InfoURL)
		case "wiki_url":
			s.TextPointer(&p.WikiURL)
		default:
			s.Unknown(key)
		}
	}
}

func (a *Agency) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "response_mode":
			s.Text(&a.ResponseMode)
		case "id":
			s.Int(&a.ID)
		case "url":
			s.Text(&a.URL)
		case "name":
			s.Text(&a.Name)
		case "abbrev":
			s.Text(&a.Abbrev)
		case "type":
			if t := jsonscan.Pointer(s, &a.Type, &b.types); t != nil {
				scanNamed(s, &t.ID, &t.Name)
			}
		case "featured":
			s.BoolPointer(&a.Featured)
		case "country":
			scanSlice(s, b, &a.Country)
		case "description":
			s.TextPointer(&a.Description)
		case "administrator":
			s.TextPointer(&a.Administrator)
		case "founding_year":
			s.IntPointer(&a.FoundingYear)
		case "launchers":
			s.TextPointer(&a.Launchers)
		case "spacecraft":
			s.TextPointer(&a.Spacecraft)
		case "parent":
			s.TextPointer(&a.Parent)
		case "image":
			scanPointer(s, b, &a.Image, &b.images)
		case "logo":
			scanPointer(s, b, &a.Logo, &b.images)
		case "social_logo":
			scanPointer(s, b, &a.SocialLogo, &b.images)
		default:
			s.Unknown(key)
		}
	}
}

func (c *Country) scan(s *jsonscan.Scanner, _ *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&c.ID)
		case "name":
			s.Text(&c.Name)
		case "alpha_2_code":
			s.Text(&c.Alpha2Code)
		case "alpha_3_code":
			s.Text(&c.Alpha3Code)
		case "nationality_name":
			s.Text(&c.NationalityName)
		case "nationality_name_composed":
			s.Text(&c.NationalityNameComposed)
		default:
			s.Unknown(key)
		}
	}
}

func (i *Image) scan(s *jsonscan.Scanner, b *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&i.ID)
		case "name":
			s.Text(&i.Name)
		case "image_url":
			s.Text(&i.ImageURL)
		case "thumbnail_url":
			s.Text(&i.ThumbnailURL)
		case "credit":
			s.TextPointer(&i.Credit)
		case "license":
			i.License.scan(s)
		case "single_use":
			s.Bool(&i.SingleUse)
		case "variants":
			scanSlice(s, b, &i.Variants)
		default:
			s.Unknown(key)
		}
	}
}

func (l *ImageLicense) scan(s *jsonscan.Scanner) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&l.ID)
		case "name":
			s.Text(&l.Name)
		case "priority":
			s.Int(&l.Priority)
		case "link":
			s.TextPointer(&l.Link)
		default:
			s.Unknown(key)
		}
	}
}

func (v *ImageVariant) scan(s *jsonscan.Scanner, _ *blocks) {
	for key := s.FirstKey(); key != nil; key = s.NextKey() {
		switch string(key) {
		case "id":
			s.Int(&v.ID)
		case "type":
			scanNamed(s, &v.Type.ID, &v.Type.Name)
		case "image_url":
			s.Text(&v.ImageURL)
		default:
			s.Unknown(key)
		}
	}
}
