package animal

import (
	"context"

	"github.com/opendsom/dsom/som"
)

// object is the state of an Animal.
type object struct {
	som.Base
	spoken int64
}

func (o *object) Speak(_ context.Context, n int64) (int64, error) {
	o.spoken++
	return n, nil
}

func (o *object) Name(context.Context) (string, error) { return "animal", nil }
