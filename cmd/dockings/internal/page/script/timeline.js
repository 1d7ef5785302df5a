export function showTimeline() {}
