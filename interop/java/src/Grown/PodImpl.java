package Grown;

public class PodImpl extends Pod {}
