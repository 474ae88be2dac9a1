// Package poodle is a class below one in C++.
package poodle

import (
	"context"

	"kennel/gen/zoo/dog"

	"github.com/opendsom/dsom/som"
)

type poodle struct{ dog.Base }

// Speak is what a dog says, and more.
func (p *poodle) Speak(ctx context.Context, n int64) (int64, error) {
	said, err := p.Base.Speak(ctx, n)
	return said + 1000, err
}

// Class is the class.
var Class = som.MustClass[poodle]("Poodle", som.Parents(dog.Class))
