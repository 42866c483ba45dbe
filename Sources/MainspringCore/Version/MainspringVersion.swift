/// The version of this build: `mainspring version`, `build_info` and the page show it.
public enum MainspringVersion {
    public static let current = "0.1.0"
}
