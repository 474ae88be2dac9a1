# prints: no wchar encoder
# Where no code set for wide characters is agreed on, as in GIOP 1.0, a wide character in an any cannot be written.
package require combat
catch { [::Combat::CDR::Encoder #auto] Marshal any {wchar x} } trouble
puts $trouble
