// Package collie is a class that is Go's alone.
package collie

import (
	"context"
	"errors"
	"fmt"

	"github.com/opendsom/dsom/som"
)

type collie struct {
	som.Base
	heard int32
}

// Bark tells how far it is heard.
func (c *collie) Bark(_ context.Context, n int32) (int32, error) {
	switch {
	case n > 100:
		return 0, fmt.Errorf("%d is too loud", n)
	case n < 0:
		panic("no such volume")
	}
	c.heard = 10 * n
	return c.heard, nil
}

// Concert barks as whoever overrides it does.
func (c *collie) Concert(ctx context.Context, times int32) (int32, error) {
	var sum int32
	for i := range times {
		n, err := c.SOM().Invoke(ctx, "bark", i+1)
		if err != nil {
			return 0, err
		}
		sum += n.(int32)
	}
	return sum, nil
}

// Tag has a text and an object come back.
func (c *collie) Tag(_ context.Context, text string, o som.Object) (string, error) {
	if o == nil {
		return "", errors.New("nobody")
	}
	return text + " of " + o.SOM().Class().Name(), nil
}

// Class is the class.
var Class = som.MustClass[collie]("Collie")
