package org.dsom;

/** An enumerator, where there is no enum that was generated for it. Of a later release's that has no name here the name is null. */
public record SomEnum(String type, int value, String name) {
    @Override
    public String toString() {
        return name == null ? Integer.toString(value) : name;
    }
}
