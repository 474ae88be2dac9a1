package somd_test

import (
	"errors"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

// TestProxyClassIsFoundAgain has a domain find by its name, as a class of the process, a class of proxies that was made: by another goroutine since the domain has looked for one, or in a domain
// before, which a process has that becomes a server again. It is the class of proxies, as it would be had the domain made it.
func TestProxyClassIsFoundAgain(t *testing.T) {
	for _, target := range []*som.Class{som.SOMObject, nestClass} {
		var d *somd.Domain
		var made *som.Class // by the other goroutine
		meanwhile := func(name string) (*som.Class, error) {
			if name != target.Name()+"__Proxy" || made != nil {
				return nil, errors.New("there is none")
			}
			made = som.SOMObject // it is looked for by the other, too
			var err error
			made, err = d.ProxyClass(target)
			return made, err
		}
		d = domain(t, somd.Config{Class: meanwhile})
		c, err := d.ProxyClass(target)
		if err != nil || c != made || !c.DescendsFrom(somd.ClientProxy) {
			t.Errorf("of %s is made %v, and %v is got, %v", target, made, c, err)
		}

		before := domain(t, somd.Config{})
		first, err := before.ProxyClass(target)
		if err != nil {
			t.Fatal(err)
		}
		again := domain(t, somd.Config{Class: func(name string) (*som.Class, error) {
			if name != first.Name() {
				return nil, errors.New("there is none")
			}
			return first, nil
		}})
		if c, err := again.ProxyClass(target); err != nil || c != first {
			t.Errorf("of %s another domain has made %v, and %v is got, %v", target, first, c, err)
		}
	}
}
