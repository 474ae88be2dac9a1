package ifr_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/svc/ifr"
)

// TestUnpackAll holds that all that a registry may have can be read by who asks for it, though one specification could not be as long.
func TestUnpackAll(t *testing.T) {
	t.Parallel()
	packed, err := ifr.Pack(&model.Spec{Files: []*model.File{{Path: strings.Repeat("x", ifr.MaxSpec)}}})
	if err != nil {
		t.Fatal(err)
	}
	var limit *ifr.LimitError
	if err := ifr.Examine("x", packed).Err(); !errors.As(err, &limit) || limit.Name != "ifr-spec-octets" {
		t.Errorf("as one: %v", err)
	}
	spec, err := ifr.UnpackAll(packed)
	if err != nil || len(spec.Files) != 1 || len(spec.Files[0].Path) != ifr.MaxSpec {
		t.Errorf("as all: %v", err)
	}
}
