# prints: unknown type: fixed 5 2
# Combat has a TypeCode for fixed, and no values.
package require combat
catch { [::Combat::CDR::Encoder #auto] Marshal {fixed 5 2} 1.25 } trouble
puts $trouble
