package factoryfinder

import (
	"github.com/opendsom/dsom/som"
)

// object is the state of a FactoryFinder, and its methods are what the class implements.
type object struct {
	som.Base
}
