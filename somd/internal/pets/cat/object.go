package cat

import (
	"context"

	"github.com/opendsom/dsom/somd/internal/pets/pet"
)

// object is the state of a Cat, and its methods are what the class implements.
type object struct {
	pet.Base
}

// Scratch implements Pets::Cat::scratch(in long times).
func (o *object) Scratch(ctx context.Context, times int32) (result int32, err error) {
	return times * 2, nil
}

// Speak implements Pets::Cat::speak(in string to).
func (o *object) Speak(ctx context.Context, to string) (string, error) {
	said, err := o.Base.Speak(ctx, to)
	return said + ", meow", err
}
