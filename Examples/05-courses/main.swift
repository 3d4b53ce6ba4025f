// Students subscribe to courses: rules that are wider than one stream, kept by a decision over what they rest on (https://dcb.events).
import FlxEvents

struct CourseOffered: DomainEvent, Codable {
    static let eventType: EventType = "course.offered"
    let course: String
    let seats: Int

    var tags: [Tag] { get throws(FlxError) { [try Tag("course:" + course)] } }
}

struct StudentSubscribed: DomainEvent, Codable {
    static let eventType: EventType = "student.subscribed"
    let course: String
    let student: String

    var tags: [Tag] { get throws(FlxError) { [try Tag("course:" + course), try Tag("student:" + student)] } }
}

enum Refusal: String, Error {
    case noSuchCourse = "there is no such course"
    case isFull = "the course is full"
    case isTwice = "the student has subscribed already"
    case hasEnough = "the student has two courses already"
}

/// What a subscription is decided by: the course, and what the student has.
struct Enrolment: Projection {
    static let name = "enrolment"
    let course: String
    let student: String
    private(set) var seats: Int?
    private(set) var taken = 0
    private(set) var courses = 0
    private(set) var isSubscribed = false

    init(of student: String, in course: String) {
        (self.student, self.course) = (student, course)
    }

    mutating func apply(_ recorded: RecordedEvent) throws -> Bool {
        switch recorded.event.type {
        case CourseOffered.eventType: seats = try recorded.event.decode(as: CourseOffered.self).seats
        case StudentSubscribed.eventType:
            let subscribed = try recorded.event.decode(as: StudentSubscribed.self)
            if subscribed.course == course { taken += 1 }
            if subscribed.student == student { courses += 1 }
            if subscribed.course == course, subscribed.student == student { isSubscribed = true }
        default: return false
        }
        return true
    }
}

func subscribe(_ student: String, to course: String, in store: any EventStore) async throws {
    let query = Query.events(tagged: try Tag("course:" + course)).or(.events(tagged: try Tag("student:" + student)))
    try await store.decide(Enrolment(of: student, in: course), over: query, to: StreamName("course-" + course)) { enrolment in
        guard let seats = enrolment.seats else { throw Refusal.noSuchCourse }
        guard !enrolment.isSubscribed else { throw Refusal.isTwice }
        guard enrolment.taken < seats else { throw Refusal.isFull }
        guard enrolment.courses < 2 else { throw Refusal.hasEnough }
        return [try Event(StudentSubscribed(course: course, student: student))]
    }
}

let store = MemoryEventStore()
for (course, seats) in [("logic", 2), ("music", 9), ("botany", 9)] {
    try await store.append([Event(CourseOffered(course: course, seats: seats))], to: StreamName("course-" + course))
}

func attempt(_ student: String, _ course: String) async throws {
    do {
        try await subscribe(student, to: course, in: store)
        print("\(student) takes \(course)")
    } catch let refusal as Refusal {
        print("\(student) cannot take \(course): \(refusal.rawValue)")
    }
}

try await attempt("s1", "logic")
try await attempt("s1", "logic")
try await attempt("s1", "music")
try await attempt("s1", "botany")
try await attempt("s1", "alchemy")

// Nine more want the last seat at the same moment: one gets it.
let seated = try await withThrowingTaskGroup(of: Int.self) { group in
    for number in 2...10 {
        group.addTask {
            do {
                try await subscribe("s\(number)", to: "logic", in: store)
                return 1
            } catch Refusal.isFull {
                return 0
            }
        }
    }
    var seats = 0
    for try await seat in group { seats += seat }
    return seats
}
print("of nine at once, \(seated) got the last seat")
