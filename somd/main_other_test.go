//go:build !unix

package somd_test

import (
	"testing"

	"github.com/opendsom/dsom/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }
