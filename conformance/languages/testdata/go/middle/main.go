// Command middle is a class library in Go: its class stands between those of C++ and those of the language whose process it is.
package main

import "C"

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/som"

	"example.com/suite/gen/suite/thing"
)

type middle struct {
	thing.Base
	calls int64
}

func (m *middle) Speak(ctx context.Context, n int64) (int64, error) {
	if n == 77 {
		return 0, errors.New("seventy-seven")
	}
	m.calls++
	r, err := m.Base.Speak(ctx, n)
	return r + 1000*m.calls, err
}

var _ = som.MustClass[middle]("GoMiddle", som.Parents(thing.Class))

func main() {}
