// Package oapi is a client of the docking events that oapi-codegen made of
// openapi.yaml.
package oapi

//go:generate go tool oapi-codegen -config config.yaml ../openapi.yaml
