// Package puppy is the class Puppy: in Go, of a parent in C++.
package puppy

import (
	"context"
	"fmt"

	"github.com/opendsom/dsom/examples/animals/gen/dog"
	"github.com/opendsom/dsom/som"
)

// Puppy is the state of a puppy.
type Puppy struct {
	dog.Base
	yips int
}

// Speak says what a dog says, and more.
func (p *Puppy) Speak(ctx context.Context) (string, error) {
	p.yips++
	said, err := p.Base.Speak(ctx) // in C++, which asks C
	return fmt.Sprintf("%s Yip %d!", said, p.yips), err
}

// Class is the class Puppy, for all languages of the process.
var Class = som.MustClass[Puppy]("Puppy", som.Parents(dog.Class))
