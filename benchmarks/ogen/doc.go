// Package ogen is a client of the docking events that ogen made of
// openapi.yaml.
package ogen

//go:generate go tool ogen -config config.yaml -target . -package ogen ../openapi.yaml
