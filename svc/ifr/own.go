package ifr

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/opendsom/dsom/idl"
)

// A possession is IDL that belongs together of what daemons and servers have without being told. Where somebody registers something else by one of its names, just that file of it gives way in which
// the name is, with those that are built on it.
type possession struct {
	all    *registered
	singly func() ([]*registered, error) // each file by itself, which takes longer
}

// own is what daemons and servers have without being told, as it is registered beside the rest.
var own = sync.OnceValues(func() (all []possession, err error) {
	for _, files := range []string{
		"xnaming.idl dsomnaming.idl ir.idl", // the daemon's services
		"somobj.idl somcls.idl somcm.idl " + // SOM's kernel
			"snglicls.idl sombacls.idl somtrcls.idl somproxy.idl somprops.idl somida.idl somsid.idl " + // its metaclasses
			"omgidobj.idl omgestio.idl " + // its streams
			"somdtype.idl principl.idl somdobj.idl om.idl somdom.idl somdserv.idl boa.idl somoa.idl servmgr.idl nvlist.idl cntxt.idl request.idl " + // DSOM
			"impldef.idl implrep.idl somdorb.idl somdcprx.idl somdtc.idl somdproc.idl",
	} {
		names := strings.Fields(files)
		x, err := standard(names...)
		if err != nil {
			return nil, err
		}
		all = append(all, possession{x, sync.OnceValues(func() (each []*registered, err error) {
			for _, name := range names {
				x, err := standard(name)
				if err != nil {
					return nil, err
				}
				each = append(each, x)
			}
			return each, nil
		})})
	}
	return all, nil
})

// standard returns files that the compiler carries, as they would be registered.
func standard(names ...string) (*registered, error) {
	c, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.Standard()}, names...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", names[0], err)
	}
	for _, f := range c.Spec.Files {
		f.Standard = true // which lists of what users have leave out
	}
	packed, err := Pack(c.Spec)
	if err != nil {
		return nil, err
	}
	return newRegistered(names[0], packed)
}

// possessions returns what of that is not contradicted by what is registered.
func (b *body) possessions() (parts []part, err error) {
	all, err := own()
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if b.contradicts(p.all) == nil {
			parts = append(parts, part{"", p.all.spec})
			continue
		}
		each, err := p.singly()
		if err != nil {
			return nil, err
		}
		for _, x := range each {
			if b.contradicts(x) == nil {
				parts = append(parts, part{"", x.spec})
			}
		}
	}
	return parts, nil
}
