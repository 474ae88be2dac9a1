package dog

import (
	"context"

	"github.com/opendsom/dsom/som/internal/zoo/animal"
)

// object is the state of a Dog.
type object struct {
	animal.Base
	barks int32
}

func (o *object) Speak(ctx context.Context, n int64) (int64, error) {
	r, err := o.Base.Speak(ctx, n) // a parent call
	return r + 10, err
}

func (o *object) Bark(context.Context, string) (int32, error) {
	o.barks++
	return o.barks, nil
}
