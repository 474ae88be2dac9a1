# Uses whatever can be used of a library whose type information is damaged.
package require dsom
foreach name {Zoo::Animal Zoo::Dog Zoo::Puppy Zoo::Echo} {
    if {[catch { dsom::load $name }]} continue
    foreach method {speak flag text card cards food herd bark name} {
        catch { dsom::about $name doc $method }
        foreach args {{} 1 {1 2} {{} {}}} { catch { [$name new] $method {*}$args } }
    }
    catch { oo::class create Own[namespace tail $name] [list superclass $name] }
    catch { oo::define Own[namespace tail $name] method speak n { return $n } }
    catch { dsom::dispatch [Own[namespace tail $name] new] speak 1 }
}
puts lives
