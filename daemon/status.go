package daemon

import (
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

// status answers GET /v1/status.
func (d *Daemon) status(c *call) error {
	recs, err := d.sup.Records().List(c.r.Context())
	if err != nil {
		return err
	}
	s := admin.Status{
		Version: d.o.Version,
		PID:     d.access.Process.PID,
		State:   d.o.State,
		Started: d.access.Started,
		Uptime:  admin.Duration(time.Since(d.started).Round(time.Millisecond)),
		Admin:   d.access.Address,
		Servers: len(recs),
		Files:   maxFiles(),
		Config:  d.o.config,
	}
	s.TLS, s.Damaged = d.o.tls, d.damaged(c.r.Context())
	if d.machines != nil {
		s.Machine = d.machines.Name()
	}
	if d.o.Addresses != nil {
		s.Addresses = d.o.Addresses()
	}
	if d.o.Listens != nil {
		s.Listens = d.o.Listens()
	}
	if d.o.Local != nil {
		s.Local = d.o.Local()
	}
	if d.o.Socket != nil {
		s.Socket = d.o.Socket()
	}
	if d.o.Rules != nil {
		s.Publish = d.o.Rules()
	}
	if d.o.Console != nil {
		s.Console = d.o.Console()
	}
	if d.o.ipx != nil {
		s.IPX = d.o.ipx()
	}
	if d.o.netbios != nil {
		s.NetBIOS = d.o.netbios()
	}
	if d.o.udp != nil {
		s.UDP = d.o.udp()
	}
	if d.o.link != nil {
		s.Link = d.o.link().status()
	}
	for _, rec := range recs {
		if d.sup.Run(rec.UUID).State == admin.StateReady {
			s.Live++
		}
	}
	return c.reply(s)
}
