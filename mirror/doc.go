// Package mirror keeps a copy of every docking event, fresh for a request an hour.
package mirror
