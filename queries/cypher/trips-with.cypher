// question: Which trips that are kept did those who use this device, card or address take or drive, or were paid with this promotion?
// param kind: text; device, card, bank_account, phone, email, ip or promo
// param id: text; which one
// param users: integer = 100; of how many users, newest first, trips are looked for; of a promotion all trips
// param limit: integer = 100; rows shown at most
// column trip_id: text; the trip
// column ts: time; when it ended
// column rider_id: text; who rode
// column driver_id: text; who drove
// column rider_uses: boolean; whether the rider is one of the users
// column driver_uses: boolean; whether the driver is
// column integrity: number; the probability that it is what it says
// column fare: number; what was paid
// column incentive: number; what the driver got on top
// column distance_km: number; how far
// column promo_id: text; the promotion it was paid with
// order: newest first, then trip_id
// cost: the kept trips of its newest users, by index; two thousand at most are counted
// reads: user-trips
